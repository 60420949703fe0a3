-- Search: words already folded and stemmed by the program, newest number last.
CREATE TABLE message_index (
  no INTEGER PRIMARY KEY,
  organisation_id UUID NOT NULL,
  message_id UUID NOT NULL,
  conversation_id UUID NOT NULL,
  UNIQUE (organisation_id, message_id)
);
CREATE VIRTUAL TABLE message_terms USING fts5 (terms, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
