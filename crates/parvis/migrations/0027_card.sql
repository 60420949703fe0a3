-- The card that stands below the link of a post, on networks that take one from whoever posts.
CREATE TABLE post_card (
  organisation_id UUID NOT NULL,
  -- That of the files in the object store.
  id UUID NOT NULL,
  post_id UUID NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  -- Its picture, when there is one.
  mime TEXT,
  stored_as TEXT,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, post_id) REFERENCES post (organisation_id, id)
);
CREATE UNIQUE INDEX post_card_post ON post_card (organisation_id, post_id);
