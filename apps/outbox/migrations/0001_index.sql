-- The index of passes: rebuilt from the mailboxes, never the truth. Times in milliseconds since the epoch.
CREATE TABLE passes (
  pass_id TEXT PRIMARY KEY NOT NULL,
  sequence INTEGER NOT NULL, -- rises with every change of the mailbox
  revision INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  settled INTEGER NOT NULL, -- up to here nothing more is to be sent
  state TEXT NOT NULL,
  result_code TEXT, -- of the last attempt
  tracer_id TEXT,
  dead_at INTEGER, -- only of a dead letter
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX dead_letters ON passes (dead_at, pass_id) WHERE dead_at IS NOT NULL;

-- A batch, from its first line on.
CREATE TABLE batches (
  batch_id TEXT PRIMARY KEY NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER, -- when its last line was read; NULL while it arrives, and for good if it was cut off
  lines INTEGER NOT NULL DEFAULT 0,
  malformed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- What became of a line at the mailbox: a revision, or a code that says why it got none.
CREATE TABLE batch_lines (
  batch_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  pass_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  refusal TEXT,
  PRIMARY KEY (batch_id, line)
) WITHOUT ROWID;

-- Lines that are no updates, the first ones of each batch.
CREATE TABLE malformed_lines (
  batch_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  error TEXT NOT NULL CHECK (json_valid(error)),
  PRIMARY KEY (batch_id, line)
) WITHOUT ROWID;
