-- Each row of the journal has a number within its organisation and a hash that covers it and the row before.
-- They can be missing only until the program has given them to the rows that were there before this step.
ALTER TABLE journal ADD COLUMN no BIGINT;
ALTER TABLE journal ADD COLUMN hash BYTEA;
CREATE UNIQUE INDEX journal_no ON journal (organisation_id, no);
