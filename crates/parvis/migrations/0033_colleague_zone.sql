-- The zone in which times are told to a colleague, by its IANA name. None for the organisation's.
ALTER TABLE colleague ADD COLUMN time_zone TEXT;
