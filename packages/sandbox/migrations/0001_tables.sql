-- Public keys of the merchants, several versions each, the latest last. Whoever has one is a known merchant.
CREATE TABLE merchant_keys (
  client_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  key_version TEXT,
  public_key TEXT NOT NULL, -- PEM or bare base64
  PRIMARY KEY (client_id, position)
);

-- What is set for a merchant besides its keys.
CREATE TABLE merchant_settings (
  client_id TEXT PRIMARY KEY NOT NULL,
  header_case TEXT NOT NULL CHECK (header_case IN ('lower', 'title'))
);

-- What passes are made from. A template belongs to one merchant.
CREATE TABLE templates (
  template_code TEXT PRIMARY KEY NOT NULL,
  merchant_id TEXT NOT NULL,
  name TEXT
);

-- The passes that updatePass updates. A pass belongs to one client: to every other Client-Id it does not exist (A21).
CREATE TABLE passes (
  pass_id TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL,
  merchant_id TEXT NOT NULL,
  user_id TEXT,
  open_id TEXT,
  template_code TEXT,
  status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'CLOSED')),
  points, -- number or text, as dataInfo had it (A27)
  level, -- likewise
  end_date INTEGER, -- milliseconds since the epoch (A15)
  data_info TEXT CHECK (json_valid(data_info)), -- JSON, the last one received
  code_info TEXT CHECK (json_valid(code_info)), -- JSON, the last one received
  updated_at INTEGER NOT NULL, -- milliseconds since the epoch
  revision INTEGER NOT NULL DEFAULT 0, -- how many updates were applied
  CHECK (user_id IS NOT NULL OR open_id IS NOT NULL)
);

-- Every request to the gateway and its outcome. AUTOINCREMENT: ids increase and are never used twice.
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at INTEGER NOT NULL, -- milliseconds since the epoch
  tracer_id TEXT UNIQUE,
  client_id TEXT,
  pass_id TEXT,
  method TEXT NOT NULL,
  http_uri TEXT NOT NULL,
  headers TEXT NOT NULL, -- JSON, pairs
  body TEXT, -- as received, where it is UTF-8
  body_base64 TEXT, -- otherwise
  body_bytes INTEGER, -- before it was cut; NULL if it was not read to its end
  stages TEXT, -- JSON
  update_pass TEXT, -- JSON, once verified and within the contract
  key_version TEXT,
  encrypted INTEGER NOT NULL,
  applied INTEGER NOT NULL DEFAULT 0,
  revision INTEGER,
  fault TEXT,
  result_info TEXT, -- JSON
  reply TEXT -- JSON
);
CREATE INDEX ledger_of_client ON ledger (client_id, id);
CREATE INDEX ledger_of_pass ON ledger (pass_id, id);

-- Faults that wait for a request. A NULL in client_id or pass_id matches any; in times and remaining it means no limit.
CREATE TABLE faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  client_id TEXT,
  pass_id TEXT,
  times INTEGER,
  remaining INTEGER,
  delay_ms INTEGER,
  rate REAL,
  seed TEXT,
  names TEXT, -- JSON: what chaos draws from
  drawn INTEGER NOT NULL DEFAULT 0 -- how many requests took it
);
