-- A reservation that does not fit under the caps of run and day fails its transaction with a SQLSTATE of ours. Classes
-- that begin with I to Z are left to implementations by the SQL standard, and Postgres has none that is called RU.
-- Processes of the version before divide by zero instead; they need nothing of this.
CREATE FUNCTION refuse_reservation() RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RUN01', MESSAGE = 'The reservation does not fit under the caps of its accounts.';
END
$body$;
REVOKE ALL ON FUNCTION refuse_reservation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refuse_reservation TO agent_runs_service;
