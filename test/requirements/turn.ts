import type { Requirement } from './requirement.ts';

export const turn: readonly Requirement[] = [
  {
    id: 'context:sources:six-within-their-budgets',
    sentence: 'Six context sources reach every turn, each within its token budget.',
    where: 'Agent Runs, 7. Context Injection',
  },
  {
    id: 'turn:times:each-stage-request-and-call',
    sentence:
      'A turn says when each of its stages began and ended, when each request to a model was sent and its first and last piece came, and when each tool call was sent, answered, and waited for a person.',
    where: 'docs/sessions.md, Where the time went',
  },
  {
    id: 'context:window:latest-message-and-results',
    sentence:
      "A prompt always holds the user's latest message, every call it shows with its result, and as much else as its model can read; nothing ends a session for its length.",
    where: 'docs/sessions.md, How long prompts and answers are',
  },
  {
    id: 'context:reading-back:every-cut-text-in-pages',
    sentence:
      'An agent reads every text of its own session that its prompts cut or leave out, in pages that fit a prompt, without a gap and without a split character.',
    where: 'docs/sessions.md, Reading back what left the prompt',
  },
  {
    id: 'context:reading-back:search',
    sentence: 'A search in the session shows each place once, with the call that reads on from there.',
    where: 'docs/sessions.md, Reading back what left the prompt',
  },
  {
    id: 'context:reading-back:mistakes-say-what-to-do',
    sentence: 'A call that cannot be answered gets a result that says what to give instead.',
    where: 'docs/sessions.md, Reading back what left the prompt',
  },
  {
    id: 'context:reading-back:named-where-cut',
    sentence:
      'Where a prompt cuts a text or leaves something out, it names the call that reads it, if the run offers the tool.',
    where: 'docs/sessions.md, Reading back what left the prompt',
  },
  {
    id: 'model:context:limit-learned',
    sentence:
      'A model that refuses a prompt as too long is sent a shorter one in the same turn, and its limit is remembered.',
    where: 'docs/sessions.md, How long prompts and answers are',
  },
  {
    id: 'model:context:limit-shown',
    sentence:
      'An operator sees the limit that was learned of a model and until when, and of each selection how long the prompt was and what it left out.',
    where: 'docs/sessions.md, How long prompts and answers are',
  },
  {
    id: 'context:window:too-long-says-what',
    sentence:
      'A run whose prompt fits no model, though cut as far as it can be, ends with a code of its own and says which part is how long.',
    where: 'docs/sessions.md, Why a session ended',
  },
  {
    id: 'context:refresh:changes-seen-next-turn',
    sentence: 'Memory and workspace that change on one turn are read on the next.',
    where: 'Agent Runs, 7. Context Injection',
  },

  {
    id: 'request:roles:only-a-model-answers-results',
    sentence:
      'Nothing but a model answers results of tools and no two messages of a user follow each other: the context of a turn stands at the end of the last message or result.',
    where: 'docs/providers.md, What a request looks like',
  },
  {
    id: 'request:results:failures-and-silence-in-words',
    sentence: 'A model is told in words when a tool failed, and a result is never empty.',
    where: 'docs/providers.md, What a request looks like',
  },
  {
    id: 'request:cache:prefix-stays',
    sentence: 'The prompt of a turn begins with that of the turn before, so that prompt caches hold.',
    where: 'docs/providers.md, Prompt caches',
  },
  {
    id: 'request:cache:marked',
    sentence: 'A provider that wants to be told what to cache is told.',
    where: 'docs/providers.md, Prompt caches',
  },
  {
    id: 'request:dialect:settable',
    sentence: "A provider's row says in which form its server wants requests, and what is sent beside the usual.",
    where: 'docs/providers.md, Servers that want something else',
  },
  {
    id: 'request:dialect:learned',
    sentence:
      'A server that refuses the form of a request, and says so, gets it in the other form, and from then on at once.',
    where: 'docs/providers.md, Servers that want something else',
  },
  {
    id: 'request:dialect:nothing-ignored',
    sentence: 'An option of a provider that would have no effect, or that the service owns, is refused.',
    where: 'docs/providers.md, Servers that want something else',
  },
  {
    id: 'request:signatures:to-their-maker-only',
    sentence:
      'A run may change its provider on every turn: reasoning and signatures go back unchanged to the model that made them, and to no other.',
    where: 'docs/providers.md, What a request looks like',
  },
  {
    id: 'request:strict:no-refusal',
    sentence: 'A server as strict as the strictest real ones refuses no request for its form more than once.',
    where: 'docs/providers.md, Servers that want something else',
  },
  {
    id: 'request:tools:schemas-that-are-taken',
    sentence:
      'A tool of any JSON Schema is offered to every provider in a form that the provider takes, within the bytes that are reserved for it.',
    where: 'docs/providers.md, What a request looks like',
  },
  {
    id: 'model:routing:learns-once-a-turn',
    sentence: 'Models are drawn from posteriors, which learn once from each turn.',
    where: 'README.md, A turn',
  },
  {
    id: 'model:choice:can-be-explained',
    sentence: 'The choice of a turn can be explained: candidates, eligibility, draws and propensity.',
    where: 'Agent Runs, 4. SSE Event Types',
  },
  {
    id: 'model:failure:another-model-or-a-wait',
    sentence:
      'A model that fails is followed by another model, or by a wait while all are down; a session ends only when none can serve it.',
    where: 'docs/sessions.md, Why a session ended',
  },
  {
    id: 'model:failure:says-what-failed',
    sentence:
      "A failover and an end say which model failed, how, with which status and in which of the provider's words, without the key or the text of the request.",
    where: 'docs/sessions.md, What a failure says',
  },
  {
    id: 'model:time:silence-not-length',
    sentence:
      'A model that stays silent is given up and counts as down; one that goes on writing is not cut off before the limit for a whole request.',
    where: 'docs/providers.md, Time limits',
  },
  {
    id: 'model:time:each-limit-settable',
    sentence:
      'A provider, or one model of it, may have other limits for the connection, the first token, silence and the whole request; a failure names the limit that was passed.',
    where: 'docs/providers.md, Time limits',
  },
  {
    id: 'model:time:counts-as-waited',
    sentence: 'The time for which a model was asked in vain counts towards the time that a turn waits for its models.',
    where: 'docs/providers.md, Time limits',
  },
  {
    id: 'model:outage:of-the-key-all-models',
    sentence:
      'A refusal that is about a key or its account puts out every model that is dialled with it; one that names a model puts out that model.',
    where: 'docs/sessions.md, When a model is out',
  },
  {
    id: 'provider:change:requests-under-way',
    sentence:
      'A request that is under way when its provider is changed or deleted goes on to its end, is paid for, and says nothing about the provider as it is dialled since.',
    where: 'docs/sessions.md, When a model is out',
  },
  {
    id: 'provider:key:opens-at-once',
    sentence:
      'A failure puts a model out only as it was dialled: a new key or address, or a test that passes, brings it back at once, for sessions under way too.',
    where: 'docs/sessions.md, When a model is out',
  },

  {
    id: 'answer:ending:never-completed-with-nothing',
    sentence:
      'An answer that its provider calls failed, or that is empty without cause, is asked for once more and never completes a session.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'answer:ending:nothing-behind-it-counts',
    sentence:
      'What a server sends behind the end of an answer loses token counts at most; before it, a stream that ends was interrupted.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'answer:cut:calls-are-never-run',
    sentence: 'The calls of an answer that was cut off or damaged are never run.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'answer:shape:understood-or-refused-at-once',
    sentence:
      'An answer of any shape that has one meaning is understood; any other is refused with its status and reason.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'answer:bounds:bytes-counted-decoded',
    sentence:
      'What a model or a server sends is counted as it is decoded, and what lies beyond its bound is not read, whatever it consists of.',
    where: 'docs/bounds.md, How much is read',
  },
  {
    id: 'bounds:streams:read-at-a-pace',
    sentence:
      'However much models and tool servers send, and whatever it consists of, reading it leaves the process to other tenants.',
    where: 'docs/bounds.md, How fast it is read',
  },
  {
    id: 'answer:bounds:sum-of-a-session',
    sentence:
      'A session to which models and tool servers have sent more than its tenant may have sent to one ends, with an error that names the limit, and no other session does.',
    where: 'docs/bounds.md, How much a session is sent',
  },
  {
    id: 'answer:numbers:exact-or-refused',
    sentence: 'A number that cannot be passed on exactly is refused, with a result that asks for a string.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'answer:usage:estimated-where-none-is-reported',
    sentence:
      'Where a provider reports no usage, ours is counted, marked, and charged within what was sent and received.',
    where: 'docs/sessions.md, How an answer ended',
  },

  {
    id: 'tool:call:bundled-and-external',
    sentence:
      'One answer may call bundled tools and tools of MCP servers. Both pass the same checks, and bundled ones run in the transaction that stores their result.',
    where: 'README.md, A turn',
  },
  {
    id: 'tool:list:names-that-models-see',
    sentence: 'The list of tools says under which name models are offered each of them.',
    where: 'README.md, A turn',
  },
  {
    id: 'tool:call:checked-before-it-runs',
    sentence:
      'A tool call runs only if the tool is known and unchanged, policy allows it, and its arguments match the schema.',
    where: 'README.md, A turn',
  },
  {
    id: 'tool:messages:unasked-are-bounded',
    sentence:
      'What a tool server sends without being asked is dropped beyond a rate, and far beyond it ends its connection.',
    where: 'docs/bounds.md, How much is read',
  },
  {
    id: 'tool:result:time-limit-and-byte-cap',
    sentence:
      'A tool call has a time limit and its result a byte cap, and the model is told when one of them was reached.',
    where: 'docs/sessions.md, The whole of a long tool result',
  },
  {
    id: 'tool:server:failure-is-a-readable-result',
    sentence:
      'A tool server that fails, crashes or hangs gives the model a result it can read, and never ends the session.',
    where: 'docs/sessions.md, The whole of a long tool result',
  },
  {
    id: 'tool:unknown-outcome:said-and-not-repeated',
    sentence: 'A tool call whose outcome is unknown is not repeated, and its result says so.',
    where: 'docs/recovery.md, A worker is killed',
  },
  {
    id: 'tool:artifact:whole-result-readable',
    sentence:
      'A tool result that was cut for the model can be read whole, without secrets, until its session is erased.',
    where: 'docs/sessions.md, The whole of a long tool result',
  },

  {
    id: 'budget:cap:run-and-agent-day-hold',
    sentence:
      'The cap of the run and the daily cap of the agent hold: money is reserved before a request and settled after it.',
    where: 'Agent Runs, 6. Budget Enforcement',
  },
  {
    id: 'money:reservation:tight',
    sentence:
      'A reservation is a bound that is near to what a request costs: what the model reported before bounds what extends it, so a run spends at least 90 % of its cap before it is exhausted (median).',
    where: 'docs/adr/0003-worst-case-reservations-in-bytes.md, 3. Reservations are worst cases, counted in bytes',
  },
  {
    id: 'money:input:counted-when-money-is-short',
    sentence:
      'Where the bytes of a request do not fit the money that is left, its input is counted by the provider, or by the tokenizer of the model, before a run is ended or an answer cut short.',
    where: 'docs/adr/0003-worst-case-reservations-in-bytes.md, 3. Reservations are worst cases, counted in bytes',
  },
  {
    id: 'run:money:refused-without-one-turn',
    sentence: 'A run whose accounts can not hold its first turn is refused with 402 before there is a session.',
    where: 'docs/sessions.md, Why a session ended',
  },
  {
    id: 'budget:end:says-what-was-needed',
    sentence:
      'A session that ends for want of money says which account it was and what the next request would have needed, and the decision of its last turn says what stood against each model.',
    where: 'docs/sessions.md, Why a session ended',
  },
  {
    id: 'budget:ask:idle-until-there-is-money',
    sentence:
      'A run that asks goes idle where another ends for want of money, says what it needs, and serves the same turn as soon as a raise or the next day pays for it; a raise that does not is answered with new figures.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:ask:raise-is-never-lost',
    sentence:
      'A raise reaches a session that is idle for money, or that is about to be, whatever becomes of the signal and of the worker.',
    where: 'docs/adr/0018-what-a-run-does-at-the-end-of-its-money.md, 18. What a run does at the end of its money',
  },
  {
    id: 'budget:ask:message-waits-for-money',
    sentence:
      'A message to a session that is idle for money is kept, does not wake it, and is read once there is money.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:ask:ends-like-an-idle-session',
    sentence:
      'A session that is idle for money ends at once by an interrupt, as budget_exhausted when its idle time is over, and as terminated when its agent was suspended.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:ask:costs-nothing-while-idle',
    sentence: 'A session that is idle for money makes no request, and neither messages nor time add to its history.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:ask:after-an-excess',
    sentence:
      'A run that asks, and that a provider charged more than the bound of a request, makes no further request until a cap is raised.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:ask:run-over-agent',
    sentence:
      "What a run does at the end of its money may be given for the run and for its agent; the run's value wins.",
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:downgrade:cheaper-ways-in-order',
    sentence:
      'Before money ends a run that downgrades, its models get shorter prompts, then any model of the tenant is taken that can be paid; the log says what could not be afforded.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:downgrade:ends-like-stop',
    sentence: 'A run that downgrades and has no cheaper way left ends as budget_exhausted.',
    where: 'docs/sessions.md, When the money ends',
  },
  {
    id: 'budget:cut:is-not-complete',
    sentence:
      'An answer that was cut off because money allowed no longer one does not complete a run: it ends as budget_exhausted, and its log says that it was money.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'budget:cut:goes-on-under-ask',
    sentence: 'A run that asks for money continues an answer that money cut short, as soon as it has some.',
    where: 'docs/sessions.md, How an answer ended',
  },
  {
    id: 'budget:warning:once-per-threshold',
    sentence: 'Budget warnings come at 80, 90 and 95 % of a cap, once each.',
    where: 'docs/sessions.md, The event log',
  },
];
