-- The hours in which a desk works (JSON, none: day and night), and how fast it answers what is urgent (µs).
ALTER TABLE desk ADD COLUMN hours TEXT;
ALTER TABLE desk ADD COLUMN urgent_within BIGINT;
