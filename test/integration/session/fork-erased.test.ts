import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, end, newAgent, newSession, request, startApi } from '../api/fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** A session whose turns have a message, a call with an artifact, an image, a file, a context and, now and then, a summary. */
async function addTurns(sessionId: string, name: string, from: number, to: number): Promise<void> {
  const run = (text: string, values: readonly unknown[]) =>
    api.database.database.serviceTransaction((tx) => tx.query(text.slice(0, 60), text, values));
  for (let turn = from; turn <= to; turn++) {
    const at = [sessionId, turn, api.tenantId, `${name}${turn}`];
    await run(
      `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, user_messages, answer, decision, closed_at, message_images)
       VALUES ($1, $2, $3, jsonb_build_object('sources', '[]'::jsonb, 'systemHash', $4::text, 'toolCount', 0), 'user_request',
               jsonb_build_array($4::text), jsonb_build_object('text', $4::text, 'toolCalls', '[]'::jsonb), '{"kind":"continue"}', now(),
               jsonb_build_array(jsonb_build_object('id', 'img_' || $4, 'message', 0, 'mediaType', 'image/png', 'width', 1, 'height', 1, 'bytes', 1)))`,
      at,
    );
    await run(
      `INSERT INTO tool_call (session_id, turn, tenant_id, id, call_index, tool_name, server_id, server_tool, effect, idempotent,
                              bundled, args, verdict, state, output, is_error)
       VALUES ($1, $2, $3, 'call_' || $4, 0, 't', 's', 't', 'read', true, false, '{}', 'allow', 'succeeded', 'kept as file_' || $4, false)`,
      at,
    );
    await run(
      `INSERT INTO required_action (id, tenant_id, session_id, agent_id, tool_call_id, turn, kind, rule, tool_name, server_id,
                                    server_tool, effect, args, args_hash, pin, status, expires_at, answered_at)
       VALUES ('apr_' || $4, $3, $1, 'a', 'call_' || $4, $2, 'approval', '', 't', 's', 't', 'read', '{}', '', '', 'approved', now(), now())`,
      at,
    );
    for (const [table, columns, values] of [
      ['artifact', 'id, tool_call_id, bytes, content', `'art_' || $3, 'call_' || $3, 5, 'whole'`],
      ['image', 'id, media_type, width, height, content', `'img_' || $3, 'image/png', 1, 1, 'x'`],
      ['result_file', 'id, media_type, content', `'file_' || $3, 'text/plain', 'x'`],
      ['session_context', 'hash, text', `$3, 'read ' || $3`],
    ] as const) {
      await run(`INSERT INTO ${table} (session_id, tenant_id, ${columns}) VALUES ($1, $2, ${values})`, [
        sessionId,
        api.tenantId,
        `${name}${turn}`,
      ]);
    }
  }
  await run(
    `INSERT INTO session_summary (session_id, through_turn, tenant_id, asked_turn, text, tokens, bytes, provider, model)
     VALUES ($1, $2, $3, $2, $4, 1, 1, 'p', 'm')`,
    [sessionId, to, api.tenantId, `summary ${name}${to}`],
  );
  await run('UPDATE session SET turns = $2 WHERE id = $1', [sessionId, to + 1]);
}

async function forkOf(sessionId: string, turn: number, name: string, to: number): Promise<string> {
  const fork = await request(api, 'POST', `/v1/sessions/${sessionId}/fork`, { from_turn: turn });
  expect(fork.status).toBe(201);
  await addTurns(fork.body.id, name, turn + 1, to);
  return fork.body.id;
}

interface Shown {
  readonly texts: readonly string[];
  readonly summaries: readonly string[];
}

async function shown(sessionId: string): Promise<Shown> {
  const { body } = await request(api, 'GET', `/v1/sessions/${sessionId}/transcript?limit=100`);
  const entries: { role: string; text: string; turn_index: number; artifact_id?: string }[] = body.data;
  const texts = entries.filter(({ role }) => role === 'user').map(({ text }) => text);
  expect(entries.filter(({ role }) => role === 'tool').map(({ artifact_id: id }) => id)).toEqual(
    texts.map((text) => `art_${text}`),
  );
  return { texts, summaries: body.summaries.map(({ text }: { text: string }) => text) };
}

/** What is stored of each kind of content, by the name of its turn. */
async function stored() {
  const [row] = await api.database.database.serviceTransaction((tx) =>
    tx.query<Record<'turns' | 'calls' | 'artifacts' | 'images' | 'files' | 'contexts', string[]>>(
      'all-content',
      `SELECT (SELECT coalesce(array_agg(user_messages->>0 ORDER BY user_messages->>0), '{}') FROM turn) AS turns,
              (SELECT coalesce(array_agg(substr(id, 6) ORDER BY id), '{}') FROM tool_call) AS calls,
              (SELECT coalesce(array_agg(substr(id, 5) ORDER BY id), '{}') FROM artifact) AS artifacts,
              (SELECT coalesce(array_agg(substr(id, 5) ORDER BY id), '{}') FROM image) AS images,
              (SELECT coalesce(array_agg(substr(id, 6) ORDER BY id), '{}') FROM result_file) AS files,
              (SELECT coalesce(array_agg(hash ORDER BY hash), '{}') FROM session_context) AS contexts`,
    ),
  );
  return row;
}

// Each letter is a session: b and c are forks of a, d is one of b, e is one of c and f one of d, from a turn of a.
test.each(['abcdef', 'fedcba', 'cabefd', 'dbaecf'])(
  '[session:fork:outlives-its-source] sessions erased in the order %s leave to their forks what these began with, and nothing else',
  async (order) => {
    const agentId = await newAgent(api);
    const a = await newSession(api, agentId);
    await addTurns(a, 'a', 0, 5);
    const b = await forkOf(a, 4, 'b', 6);
    const c = await forkOf(a, 2, 'c', 3);
    const d = await forkOf(b, 5, 'd', 7);
    const e = await forkOf(c, 3, 'e', 4);
    const f = await forkOf(d, 1, 'f', 2);
    const ids = new Map(Object.entries({ a, b, c, d, e, f }));
    expect((await shown(d)).texts).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'b5', 'd6', 'd7']);
    expect(await shown(e)).toEqual({
      texts: ['a0', 'a1', 'a2', 'c3', 'e4'],
      summaries: ['summary c3', 'summary e4'],
    });
    const before = new Map<string, Shown>();
    for (const id of ids.values()) before.set(id, await shown(id));

    for (const letter of order) {
      const id = ids.get(letter) ?? '';
      await end(api, id);
      expect((await request(api, 'DELETE', `/v1/sessions/${id}`)).status).toBe(200);
      ids.delete(letter);
      for (const left of ids.values()) {
        expect(await shown(left)).toEqual(before.get(left));
        const last = before.get(left)?.texts[0];
        for (const artifact of [`art_${last}`, `img_${last}`, `file_${last}`]) {
          expect((await request(api, 'GET', `/v1/sessions/${left}/artifacts/${artifact}`)).status).toBe(200);
        }
        const context = await request(api, 'GET', `/v1/sessions/${left}/turns/0/context`);
        expect(context.body).toMatchObject({ session_id: left, system: `read ${last}` });
      }
      const texts = [...new Set([...ids.values()].flatMap((left) => before.get(left)?.texts ?? []))].sort();
      expect(await stored()).toEqual({
        turns: texts,
        calls: texts,
        artifacts: texts,
        images: texts,
        files: texts,
        contexts: texts,
      });
    }
  },
);

test('[session:fork:begins-with-the-transcript] a fork is refused where a run would be, and from turns that are not finished', async () => {
  const agentId = await newAgent(api);
  const id = await newSession(api, agentId);
  const fork = async (body: object) => (await request(api, 'POST', `/v1/sessions/${id}/fork`, body)).body;
  expect(await fork({ from_turn: 0 })).toMatchObject({ error: { code: 'turn_not_finished', param: 'from_turn' } });
  await addTurns(id, 'r', 0, 1);
  const refused: readonly (readonly [object, string])[] = [
    [{}, 'invalid_request'],
    [{ from_turn: -1 }, 'invalid_request'],
    [{ from_turn: 2 }, 'turn_not_finished'],
    [{ from_turn: 1, models: ['nobody/nothing'] }, 'unknown_model'],
    [{ from_turn: 1, tools: ['nowhere-to-be-found'] }, 'unknown_tool'],
    [{ from_turn: 1, max_turns: 0 }, 'invalid_request'],
    [{ from_turn: 1, later: true }, 'unknown_field'],
  ];
  for (const [body, code] of refused) expect(await fork(body)).toMatchObject({ error: { code } });
  const lifecycle = (state: string) => request(api, 'PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state });
  await lifecycle('suspended');
  expect(await fork({ from_turn: 1 })).toMatchObject({ error: { code: 'agent_suspended' } });
  await lifecycle('active');
  expect(await fork({ from_turn: 1, max_turns: 3 })).toMatchObject({ turns: 2, max_turns: 5, status: 'idle' });
  const forks = await request(api, 'GET', `/v1/sessions/${id}/forks?limit=1`);
  expect(forks.body).toMatchObject({ data: [{ forked_from: { session_id: id, turn: 1 } }], next_cursor: null });
});
