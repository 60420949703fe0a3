-- When a desk was closed, and the open desk that took over from it: its history keeps its name.
ALTER TABLE desk ADD COLUMN closed_at BIGINT;
ALTER TABLE desk ADD COLUMN successor_id UUID;
