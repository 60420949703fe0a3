-- The watch that hears what is said of a launch.
ALTER TABLE launch ADD COLUMN watch_id UUID;
