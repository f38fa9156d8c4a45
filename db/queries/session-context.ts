import type { RankedDocument, TurnDocument } from '../../domain/context-inputs.ts';
import type { Conversation } from '../../domain/conversation.ts';
import { documentsOf, type SessionContext, type SessionDocument } from '../../domain/session-context.ts';
import type { Tx } from '../database.ts';
import { BODIES, shownText } from './documents-for-turn.ts';
import { conversationWords, foundByWords, searchLanguage } from './word-search.ts';

/** Has a session, which this transaction has inserted, read these documents in place of those of its agent. */
export function setSessionContext(tx: Tx, sessionId: string, context: SessionContext | null): void {
  if (context === null) return;
  tx.send('set-session-context', 'UPDATE session SET context = $3 WHERE id = $1 AND tenant_id = $2', [
    sessionId,
    tx.tenantId,
    JSON.stringify(context),
  ]);
}

/** Copies the texts of documents that another session has. This transaction keeps that session from being erased. */
export function copyContextTexts(tx: Tx, sessionId: string, sourceId: string, context: SessionContext | null): void {
  const hashes = context === null ? [] : documentsOf(context).map(({ hash }) => hash);
  if (hashes.length === 0) return;
  tx.send(
    'copy-context-texts',
    `INSERT INTO session_context (session_id, tenant_id, hash, text)
     SELECT $1, tenant_id, hash, text FROM session_context
      WHERE session_id = $2 AND tenant_id = $3 AND hash = ANY ($4::text[])
     ON CONFLICT DO NOTHING`,
    [sessionId, sourceId, tx.tenantId, hashes],
  );
}

/**
 * A table of documents with their texts. The parameters are expressions of SQL.
 * @param documents a list as JSON
 * @param kind decides how much of a text is read
 */
const withTexts = (sessionId: string, tenantId: string, documents: string, kind: string) =>
  `(SELECT o.place, o.d->>'name' AS name, (o.d->>'tokens')::int AS tokens, ${kind} AS kind, x.text AS content
      FROM jsonb_array_elements(${documents}) WITH ORDINALITY AS o (d, place)
      JOIN session_context x ON x.session_id = ${sessionId} AND x.tenant_id = ${tenantId} AND x.hash = o.d->>'hash')`;

/** Reads documents of SOUL or SKILL that a session has of its own, in their order. */
export async function sessionDocuments(
  tx: Tx,
  sessionId: string,
  kind: 'soul' | 'skill',
  documents: readonly SessionDocument[],
): Promise<TurnDocument[]> {
  if (documents.length === 0) return [];
  return tx.query<TurnDocument>(
    'session-documents',
    `SELECT d.name, d.tokens, 1 AS version, ${shownText('d')} AS content, true AS "ofSession"
       FROM ${withTexts('$1', '$2', '$3::jsonb', '$4::text')} d ORDER BY d.place`,
    [sessionId, tx.tenantId, JSON.stringify(documents), kind],
  );
}

/**
 * Reads the REFERENCE documents of a session's own that concern the conversation, the best match first, and then others by name.
 * Their words are found anew each time: 24 documents of 10 KB take some 20 ms.
 */
export async function sessionReferences(
  tx: Tx,
  sessionId: string,
  documents: readonly SessionDocument[],
  about: Conversation,
): Promise<RankedDocument<'relevant' | 'by_name'>[]> {
  if (documents.length === 0) return [];
  return tx.query<RankedDocument<'relevant' | 'by_name'>>(
    'session-references',
    `WITH texts AS MATERIALIZED (SELECT * FROM ${withTexts('$1', '$2', '$3::jsonb', `'reference'::text`)} d),
     words AS MATERIALIZED (
       SELECT t.name, word FROM texts t
        CROSS JOIN LATERAL unnest(searched_words(${searchLanguage('$2')}, t.name || ' ' || t.content, 200)) AS word
     ),
     ${foundByWords(conversationWords('$2', '$4', '$5'), ['SELECT m.name AS id FROM words m WHERE m.word = w.word ORDER BY m.name'], String(BODIES))}
     SELECT d.name, d.tokens, 1 AS version, ${shownText('d')} AS content, coalesce(f.words, '{}') AS words, true AS "ofSession",
            CASE WHEN f.id IS NULL THEN 'by_name' ELSE 'relevant' END AS why
       FROM texts d LEFT JOIN found f ON f.id = d.name
      ORDER BY f.score DESC NULLS LAST, d.name LIMIT ${BODIES}`,
    [sessionId, tx.tenantId, JSON.stringify(documents), about.message, about.answer],
  );
}
