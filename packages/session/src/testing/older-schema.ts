// What an older release would have left behind.

/** Makes a file of today one of version 1, with what is in it. */
export const BACK_TO_1 = `
  DROP TRIGGER sessions_added; DROP TRIGGER sessions_changed; DROP TRIGGER sessions_dropped;
  DROP TRIGGER cutoffs_added; DROP TRIGGER cutoffs_changed; DROP TRIGGER cutoffs_dropped;
  DROP TABLE changes;
  ALTER TABLE sessions RENAME TO today;
  DROP INDEX sessions_by_key; DROP INDEX sessions_by_target;
  DROP INDEX sessions_by_due; DROP INDEX sessions_by_id; DROP INDEX sessions_by_user;
  CREATE TABLE sessions (
    key BLOB NOT NULL PRIMARY KEY, due INTEGER NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL, site TEXT, user TEXT,
    ended INTEGER, reason TEXT, signed_in INTEGER, target BLOB, body TEXT, wrapped_key BLOB, sealed BLOB
  );
  CREATE INDEX sessions_by_due ON sessions (due);
  CREATE INDEX sessions_by_id ON sessions (id) WHERE kind = 0;
  CREATE INDEX sessions_by_user ON sessions (site, user) WHERE user IS NOT NULL;
  INSERT INTO sessions SELECT key, due, min(kind, 2), id, site, user, iif(kind > 1, due - ended, ended),
    CASE kind / 2 WHEN 1 THEN 'signed-out' WHEN 2 THEN 'rotated' WHEN 3 THEN 'renewed' WHEN 4 THEN 'revoked'
      WHEN 5 THEN 'limit' WHEN 6 THEN 'exposed' WHEN 7 THEN 'idle' WHEN 8 THEN 'absolute' END,
    iif(kind > 1, kind % 2, NULL), target, body, wrapped_key, sealed FROM today;
  DROP TABLE today;
  PRAGMA user_version = 1;`
