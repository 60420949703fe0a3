-- Which messages an encoder is still to read: those that the model that ships has read last, the newest first.
CREATE INDEX reading_model ON reading (organisation_id, model, sent_at, message_id);
