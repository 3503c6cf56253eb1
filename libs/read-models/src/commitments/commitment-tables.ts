import type { Migration } from '#database';
import { scoped } from '#projections';

const commitments = `
    CREATE TABLE read.commitments (
      commitment_id    uuid PRIMARY KEY,
      client_id        uuid NOT NULL,
      branch_id        text NOT NULL,
      version          int NOT NULL,
      changed_position bigint NOT NULL,  -- of the event that changed it last
      subject_kind     text NOT NULL,
      subject_id       uuid NOT NULL,
      metric           text NOT NULL,
      class            text NOT NULL,
      step             text,
      promise          text NOT NULL,
      edition          int NOT NULL,
      cycle            int NOT NULL,
      process          text NOT NULL,
      tier             text,             -- used at the start
      channel          text,
      severity         text,
      staff_id         text,             -- who stopped it; until then, who recorded what started it
      calendar         text NOT NULL,
      target_kind      text NOT NULL,
      state            text NOT NULL,
      started_at       timestamptz NOT NULL,
      start_date       date NOT NULL,
      deadline_at      timestamptz,      -- null while paused
      due_date         date,
      provisional      boolean NOT NULL,
      stopped_at       timestamptz,
      paused_since     timestamptz,
      accrued_minutes  int,              -- business minutes at the stop; null for day targets and before it
      paused_minutes   int,
      elapsed_minutes  int,
      warned_percent   int,              -- the highest threshold reached
      escalation_level int NOT NULL,
      excuse           text NOT NULL,    -- none, requested, excused
      corrected        boolean NOT NULL,
      details          text NOT NULL     -- JSON, personal fields as ciphertext
    );
    CREATE INDEX ON read.commitments (deadline_at, commitment_id) WHERE state IN ('running', 'breached');
    CREATE INDEX ON read.commitments (branch_id, deadline_at, commitment_id) WHERE state IN ('running', 'breached');
    CREATE INDEX ON read.commitments (deadline_at);
    CREATE INDEX ON read.commitments (client_id);
    CREATE INDEX ON read.commitments (subject_id);
    CREATE INDEX ON read.commitments (changed_position);`;

// A breach whose subject was cancelled stays a breach, and is nobody's work any more. The rows are made again from the log.
const ended = `
    ALTER TABLE read.commitments ADD COLUMN ended_at timestamptz; -- stopped or cancelled
    TRUNCATE read.commitments;
    DELETE FROM read.checkpoints WHERE projection = 'commitments';
    DELETE FROM read.parked WHERE projection = 'commitments';
    CREATE INDEX ON read.commitments (coalesce(deadline_at, 'infinity'), commitment_id);
    CREATE INDEX ON read.commitments (branch_id, coalesce(deadline_at, 'infinity'), commitment_id);
    CREATE INDEX ON read.commitments (coalesce(deadline_at, 'infinity'), commitment_id) WHERE ended_at IS NULL;
    CREATE INDEX ON read.commitments (branch_id, coalesce(deadline_at, 'infinity'), commitment_id) WHERE ended_at IS NULL;
    CREATE INDEX ON read.commitments (stopped_at) WHERE stopped_at IS NOT NULL;`;

// What is known by its day, and what was recorded late. The rows are made again from the log.
const evidence = `
    ALTER TABLE read.commitments
      ADD COLUMN start_known_by text,                     -- day: its receipt is known by its date alone
      ADD COLUMN stopped_on date,                         -- its stop is known by this date alone
      ADD COLUMN late_evidence_status text NOT NULL DEFAULT 'none', -- none, waiting, confirmed, refused
      ADD COLUMN kept_by_late_evidence boolean NOT NULL DEFAULT false,
      ADD COLUMN cancelled_after_breach boolean NOT NULL DEFAULT false;
    TRUNCATE read.commitments;
    DELETE FROM read.checkpoints WHERE projection = 'commitments';
    DELETE FROM read.parked WHERE projection = 'commitments';
    CREATE INDEX ON read.commitments (coalesce(deadline_at, 'infinity'), commitment_id) WHERE late_evidence_status = 'waiting';`;

export const commitmentMigrations: readonly Migration[] = [
  { name: 'read-models-003-commitments', sql: `${commitments}\n${scoped('commitments')}` },
  { name: 'read-models-003-commitments-ended', sql: ended },
  { name: 'read-models-003-commitments-evidence', sql: evidence },
];
