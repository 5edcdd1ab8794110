-- The passes that updatePass updates. A pass belongs to one client: to every other Client-Id it does not exist (A21).
CREATE TABLE passes (
  pass_id TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL,
  merchant_id TEXT NOT NULL,
  user_id TEXT,
  open_id TEXT,
  template_code TEXT,
  status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'CLOSED')),
  end_date INTEGER, -- milliseconds since the epoch (A15)
  data_info TEXT CHECK (json_valid(data_info)), -- JSON, the last one received
  code_info TEXT CHECK (json_valid(code_info)), -- JSON, the last one received
  updated_at INTEGER NOT NULL, -- milliseconds since the epoch
  revision INTEGER NOT NULL DEFAULT 0, -- how many updates were applied
  CHECK (user_id IS NOT NULL OR open_id IS NOT NULL)
);
