import type { RankedDocument, TurnDocument } from '../../domain/context-inputs.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { Tx } from '../database.ts';
import { LEARNED_PREFIX } from './learned-pattern.ts';
import { callsOf } from './transcript-turns.ts';
import { conversationWords, foundByWords } from './word-search.ts';

/** So many documents of a kind are read with their text. */
const READ_WITH_TEXT = 24;
/** The most documents of a kind that a turn names. */
const NAMED = 60;
export const BODIES = 12;

/**
 * An expression for as much of a text as a turn may show. A text that is within any budget is read whole, however long it is:
 * a drawing of blanks has few tokens. Of another one, 16 Ki characters are more than any budget holds of texts with words.
 */
export const shownText = (table: string): string =>
  `CASE WHEN ${table}.tokens <= 1200 OR octet_length(${table}.content) <= 16384 THEN ${table}.content
        WHEN ${table}.kind = 'soul' THEN left(${table}.content, 131072) ELSE left(${table}.content, 16384) END`;

export interface StableDocuments {
  readonly soul: readonly TurnDocument[];
  readonly skills: readonly TurnDocument[];
  readonly learned: readonly TurnDocument[];
}

/**
 * Reads the documents of the stable prefix. They come by name, so that the prefix stays the same for the sake of prompt caches;
 * learned patterns come newest first.
 */
export async function stableDocuments(tx: Tx, agentId: string): Promise<StableDocuments> {
  const rows = await tx.query<TurnDocument & { kind: 'soul' | 'skill'; learned: boolean }>(
    'stable-documents',
    `SELECT kind, name, tokens, version::int AS version, learned,
            CASE WHEN place <= ${READ_WITH_TEXT} THEN ${shownText('d')} END AS content
       FROM (SELECT *, row_number() OVER (PARTITION BY kind, learned
                         ORDER BY CASE WHEN learned THEN updated_at END DESC, name COLLATE "C") AS place
               FROM (SELECT *, kind = 'skill' AND starts_with(name, $3) AS learned FROM context_document
                      WHERE tenant_id = $1 AND agent_id = $2 AND kind IN ('soul', 'skill')) e) d
      WHERE place <= ${NAMED} ORDER BY kind, learned, place`,
    [tx.tenantId, agentId, LEARNED_PREFIX],
  );
  const of = (kind: 'soul' | 'skill', learned: boolean) =>
    rows
      .filter((row) => row.kind === kind && row.learned === learned)
      .map(({ name, tokens, version, content }) => ({ name, tokens, version, content }));
  return { soul: of('soul', false), skills: of('skill', false), learned: of('skill', true) };
}

/** Reads which REFERENCE documents there are: the first ones by name, and how many there are behind them. */
export async function referenceIndex(
  tx: Tx,
  agentId: string,
): Promise<{ index: Omit<TurnDocument, 'content'>[]; unlisted: number }> {
  const rows = await tx.query<Omit<TurnDocument, 'content'> & { all: number }>(
    'reference-index',
    `SELECT name, tokens, version::int AS version,
            (SELECT count(*)::int FROM context_document WHERE tenant_id = $1 AND agent_id = $2 AND kind = 'reference') AS all
       FROM context_document WHERE tenant_id = $1 AND agent_id = $2 AND kind = 'reference' ORDER BY name LIMIT ${NAMED}`,
    [tx.tenantId, agentId],
  );
  const index = rows.map(({ name, tokens, version }) => ({ name, tokens, version }));
  return { index, unlisted: (rows[0]?.all ?? 0) - index.length };
}

/** Reads the REFERENCE documents that concern the conversation, the best match first, and then others by name. */
export async function referenceBodies(
  tx: Tx,
  agentId: string,
  about: Conversation,
): Promise<RankedDocument<'relevant' | 'by_name'>[]> {
  const listed = `SELECT name AS id FROM document_word m WHERE m.tenant_id = $1 AND m.agent_id = $2 AND m.kind = 'reference'
                     AND m.word = w.word ORDER BY name`;
  return tx.query<RankedDocument<'relevant' | 'by_name'>>(
    'reference-bodies',
    `WITH ${foundByWords(conversationWords('$1', '$3', '$4'), [listed], String(BODIES))},
     chosen AS (
       SELECT id AS name, score, words FROM found
       UNION ALL
       (SELECT name, NULL, '{}' FROM context_document
         WHERE tenant_id = $1 AND agent_id = $2 AND kind = 'reference' AND name NOT IN (SELECT id FROM found)
         ORDER BY name LIMIT ${BODIES})
     )
     SELECT d.name, d.tokens, d.version::int AS version, ${shownText('d')} AS content, c.words,
            CASE WHEN c.score IS NULL THEN 'by_name' ELSE 'relevant' END AS why
       FROM chosen c
       JOIN context_document d ON d.tenant_id = $1 AND d.agent_id = $2 AND d.kind = 'reference' AND d.name = c.name
      ORDER BY c.score DESC NULLS LAST, d.name LIMIT ${BODIES}`,
    [tx.tenantId, agentId, about.message, about.answer],
  );
}

/**
 * Reads the files of the workspace: those that the latest message names, then those that the calls of the session read or
 * wrote, the latest call first, then others, the newest first.
 */
export async function workspaceFiles(
  tx: Tx,
  agentId: string,
  sessionId: string | null,
  about: Conversation,
): Promise<RankedDocument<'named' | 'touched' | 'recent'>[]> {
  return tx.query<RankedDocument<'named' | 'touched' | 'recent'>>(
    'workspace-files',
    `WITH touched AS (
       SELECT name, min(place) AS place
         FROM (SELECT args->>'name' AS name, row_number() OVER (ORDER BY turn DESC, call_index DESC) AS place
                 FROM (SELECT args, turn, call_index
                         FROM ${callsOf('$3', (c) => `${c}.server_id = 'workspace' AND ${c}.state = 'succeeded'`, 'args, turn, call_index')} c
                        ORDER BY turn DESC, call_index DESC LIMIT 100) latest) called
        GROUP BY name
     ), ranked AS (
       SELECT d.*, t.place AS touched, row_number() OVER (ORDER BY named DESC, t.place, updated_at DESC, name COLLATE "C") AS place
         FROM (SELECT *, strpos($4, ' ' || lower(name) || ' ') > 0
                      OR strpos($4, ' ' || lower(split_part(name, '/', -1)) || ' ') > 0 AS named
                 FROM context_document WHERE tenant_id = $1 AND agent_id = $2 AND kind = 'workspace') d
         LEFT JOIN touched t USING (name)
     )
     SELECT name, tokens, version::int AS version, '{}'::text[] AS words,
            CASE WHEN named THEN 'named' WHEN touched IS NOT NULL THEN 'touched' ELSE 'recent' END AS why,
            CASE WHEN place <= ${READ_WITH_TEXT} THEN ${shownText('r')} END AS content
       FROM ranked r WHERE place <= ${NAMED} ORDER BY place`,
    [tx.tenantId, agentId, sessionId, about.names],
  );
}
