-- When somebody's access begins; none for at once.
ALTER TABLE colleague ADD COLUMN access_begins_at BIGINT;
