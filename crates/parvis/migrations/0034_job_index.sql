-- Each kind of work looks for its own next job every second: not along those of all others.
DROP INDEX job_ready;
CREATE INDEX job_ready ON job (kind, state, run_at);
