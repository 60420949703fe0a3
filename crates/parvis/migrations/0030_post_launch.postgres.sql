-- SQLite can't add a key of two columns to a table that is there: nothing removes launches, and commands look first.
ALTER TABLE post ADD FOREIGN KEY (organisation_id, launch_id) REFERENCES launch (organisation_id, id);
