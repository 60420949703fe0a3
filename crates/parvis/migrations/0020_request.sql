-- What somebody is asked to make for a post or a launch, until when.
CREATE TABLE request (
  organisation_id UUID NOT NULL,
  id UUID NOT NULL,
  title TEXT NOT NULL,
  brief TEXT NOT NULL,
  -- Names of formats by commas; empty for any.
  formats TEXT NOT NULL,
  -- How many pictures.
  count BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  post_id UUID,
  launch_id UUID,
  -- The post is held until this is kept.
  needed BOOLEAN NOT NULL,
  asked_by UUID NOT NULL,
  asked_of UUID NOT NULL,
  state TEXT NOT NULL,
  -- Why it was declined, what is missing in what was sent back.
  reason TEXT NOT NULL,
  -- How often something was delivered.
  deliveries BIGINT NOT NULL,
  -- Grows with each change: whoever acts says which one they saw.
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id),
  FOREIGN KEY (organisation_id, launch_id) REFERENCES launch (organisation_id, id),
  FOREIGN KEY (organisation_id, asked_by) REFERENCES colleague (organisation_id, id),
  FOREIGN KEY (organisation_id, asked_of) REFERENCES colleague (organisation_id, id)
);
CREATE INDEX request_due ON request (organisation_id, due_at, id);
CREATE INDEX request_post ON request (organisation_id, post_id);
-- One picture of one delivery, the first delivery is number 1: which file of which asset.
CREATE TABLE request_picture (
  organisation_id UUID NOT NULL,
  request_id UUID NOT NULL,
  delivery BIGINT NOT NULL,
  position BIGINT NOT NULL,
  asset_id UUID NOT NULL,
  file_number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, request_id, delivery, position),
  FOREIGN KEY (organisation_id, request_id) REFERENCES request (organisation_id, id),
  FOREIGN KEY (organisation_id, asset_id) REFERENCES asset (organisation_id, id)
);
CREATE INDEX request_picture_asset ON request_picture (organisation_id, asset_id);
