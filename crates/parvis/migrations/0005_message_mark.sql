-- What a network or a server says of a message besides its words (a program wrote it, its sender is proved), JSON.
ALTER TABLE message ADD COLUMN marks TEXT;
