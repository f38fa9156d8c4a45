import type { Tx } from '../../../db/database.ts';

/** One piece of the definition of a table, as SQL. */
interface Piece {
  readonly table: string;
  readonly text: string;
}

const TABLES = `pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'`;

/** Objects that the dump would leave out. A migration that makes one has to teach it to the dump first. */
const UNKNOWN = `
  SELECT relname AS name FROM pg_class
   WHERE relnamespace = current_schema()::regnamespace AND relkind NOT IN ('r', 'i', 't')
   UNION ALL
  SELECT typname FROM pg_type
   WHERE typnamespace = current_schema()::regnamespace AND typtype NOT IN ('b', 'c')
   UNION ALL
  SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
   WHERE c.relnamespace = current_schema()::regnamespace AND (attidentity <> '' OR attgenerated <> '')`;

const COLUMNS = `
  SELECT c.relname AS table, quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
         || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
         || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS text
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.oid IN (SELECT c.oid FROM ${TABLES}) AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY c.relname COLLATE "C", a.attnum`;

/** Since version 18 Postgres keeps NOT NULL as a constraint, too ('n'); it stands with its column. */
const constraints = (types: string) => `
  SELECT c.relname AS table, 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(o.oid) AS text
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
   WHERE c.oid IN (SELECT c.oid FROM ${TABLES}) AND contype IN (${types})
   ORDER BY c.relname COLLATE "C", contype = 'p' DESC, conname COLLATE "C"`;

const INDEXES = `
  SELECT c.relname AS table, pg_get_indexdef(i.indexrelid) AS text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
   WHERE c.oid IN (SELECT c.oid FROM ${TABLES})
     AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
   ORDER BY c.relname COLLATE "C", i.indexrelid::regclass::text COLLATE "C"`;

const STATISTICS = `
  SELECT c.relname AS table, pg_get_statisticsobjdef(s.oid) AS text
    FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
   WHERE c.oid IN (SELECT c.oid FROM ${TABLES})
   ORDER BY c.relname COLLATE "C", s.stxname COLLATE "C"`;

const TRIGGERS = `
  SELECT c.relname AS table, pg_get_triggerdef(t.oid) AS text
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.oid IN (SELECT c.oid FROM ${TABLES}) AND NOT t.tgisinternal
   ORDER BY c.relname COLLATE "C", t.tgname COLLATE "C"`;

const SECURITY = `
  SELECT c.relname AS table, format('ALTER TABLE %I %s', c.relname, concat_ws(', ',
           CASE WHEN c.relrowsecurity THEN 'ENABLE ROW LEVEL SECURITY' END,
           CASE WHEN c.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END)) AS text
    FROM ${TABLES} AND (c.relrowsecurity OR c.relforcerowsecurity)
   ORDER BY c.relname COLLATE "C"`;

const POLICIES = `
  SELECT tablename AS table, format('CREATE POLICY %I ON %I AS %s FOR %s TO %s', policyname, tablename, permissive, cmd,
           array_to_string(roles, ', ')) || coalesce(' USING (' || qual || ')', '') || coalesce(' WITH CHECK (' || with_check || ')', '') AS text
    FROM pg_policies WHERE schemaname = current_schema()
   ORDER BY tablename COLLATE "C", policyname COLLATE "C"`;

/** The rights of a table and of its columns. Those of its owner go without saying. */
const GRANTS = `
  SELECT relname AS table, format('GRANT %s ON %I TO %s', string_agg(privilege, ', ' ORDER BY privilege COLLATE "C"), relname,
           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END) AS text
    FROM (SELECT c.relname, c.relowner, a.grantee, a.privilege_type AS privilege
            FROM pg_class c CROSS JOIN aclexplode(c.relacl) a WHERE c.oid IN (SELECT c.oid FROM ${TABLES})
           UNION ALL
          SELECT c.relname, c.relowner, g.grantee, g.privilege_type || ' ('
                 || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") || ')'
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN aclexplode(a.attacl) g
           WHERE c.oid IN (SELECT c.oid FROM ${TABLES})
           GROUP BY c.relname, c.relowner, g.grantee, g.privilege_type) rights
   WHERE grantee <> relowner
   GROUP BY relname, grantee
   ORDER BY relname COLLATE "C", grantee::regrole::text COLLATE "C"`;

const ROUTINES = `
  SELECT concat_ws(E';\\n', rtrim(pg_get_functiondef(p.oid), E'\\n'),
           format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure),
           (SELECT string_agg(format('GRANT EXECUTE ON ROUTINE %s TO %s', p.oid::regprocedure,
                     CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END), E';\\n' ORDER BY a.grantee::regrole::text COLLATE "C")
              FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner)) AS text
    FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
   ORDER BY p.oid::regprocedure::text COLLATE "C"`;

/**
 * The schema as SQL that makes it, from the catalogs of Postgres. It depends on the migrations alone: not on extensions, who owns the
 * database, on the order of the catalogs, on collations or on a minor version of Postgres.
 * @throws Error when the schema holds something that it can't describe
 */
export async function readSchema(tx: Tx): Promise<string> {
  const unknown = await tx.query<{ name: string }>('schema-unknown', UNKNOWN);
  if (unknown.length > 0)
    throw new Error(`The dump cannot describe ${unknown.map(({ name }) => name).join(', ')} yet.`);
  const pieces = async (name: string, text: string) => byTable(await tx.query<Piece>(`schema-${name}`, text));
  const columns = await pieces('columns', COLUMNS);
  const inside = await pieces('constraints', constraints(`'p', 'u', 'c', 'x'`));
  const behind = [
    await pieces('indexes', INDEXES),
    await pieces('statistics', STATISTICS),
    await pieces('security', SECURITY),
    await pieces('policies', POLICIES),
    await pieces('grants', GRANTS),
  ];
  const tables = [...columns].map(([table, lines]) => {
    const members = [...lines, ...(inside.get(table) ?? [])].map((line) => `  ${line}`).join(',\n');
    return [`CREATE TABLE ${table} (\n${members}\n)`, ...behind.flatMap((each) => each.get(table) ?? [])];
  });
  const foreignKeys = [...(await pieces('foreign-keys', constraints(`'f'`)))].flatMap(([table, keys]) =>
    keys.map((key) => `ALTER TABLE ${table} ADD ${key}`),
  );
  const routines = await tx.query<{ text: string }>('schema-routines', ROUTINES);
  // A trigger names its function, and a function the tables that it uses.
  const triggers = [...(await pieces('triggers', TRIGGERS)).values()].flat();
  const sections = [...tables, foreignKeys, ...routines.map(({ text }) => [text]), triggers];
  return sections.map((statements) => statements.map((statement) => `${statement};\n`).join('')).join('\n');
}

function byTable(pieces: readonly Piece[]): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, string[]>();
  for (const { table, text } of pieces) texts.set(table, [...(texts.get(table) ?? []), text]);
  return texts;
}
