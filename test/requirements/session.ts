import type { Requirement } from './requirement.ts';

export const session: readonly Requirement[] = [
  {
    id: 'session:end:no-endless-retry',
    sentence:
      'A stage that fails by itself at the same place again and again ends its session with the cause and the stage; a Postgres that is away ends none.',
    where: 'docs/bounds.md, What fails again and again',
  },
  {
    id: 'session:end:the-one-fitting-reason',
    sentence: 'A session ends with exactly one of seven reasons, and the reason is the true one.',
    where: 'docs/sessions.md, Why a session ended',
  },
  {
    id: 'session:terminated:says-whose-doing',
    sentence: 'A session that ended as terminated says whose doing it was.',
    where: 'docs/sessions.md, Why a session ended',
  },
  {
    id: 'session:retry:goes-on-as-the-same-session',
    sentence:
      'A session that ended for any reason but completed goes on as the same session once its cause is mended, and repeats nothing that was paid or executed.',
    where: 'docs/sessions.md, Retrying it',
  },
  {
    id: 'session:retry:whatever-dies',
    sentence:
      'A retry takes effect once it is answered, whatever dies or is away, and the workflow that the session had before does nothing more.',
    where: 'docs/sessions.md, Retrying it',
  },
  {
    id: 'session:diff:turn-by-turn',
    sentence: 'Two sessions are compared turn by turn: a turn names what differs, and a page of turns is bounded.',
    where: 'docs/replay.md, Turn by turn',
  },
  {
    id: 'session:why:true-in-every-state',
    sentence:
      'A session says in every state why it stands there, what failed, and which request has it go on; what cannot be found out is said.',
    where: 'docs/why.md, Why a session stands where it stands',
  },
  {
    id: 'session:finding:each-filter-and-all-together',
    sentence:
      'Sessions are found, sorted and counted by what they are, used and failed of, by each filter and by all together.',
    where: 'docs/finding.md, Filters',
  },
  {
    id: 'session:retry:last-turn-again',
    sentence:
      'A retry from the last turn does that turn again with the messages that it read, and is refused where it would repeat an effect.',
    where: 'docs/sessions.md, Retrying it',
  },
  {
    id: 'session:rewind:back-to-the-end-of-a-turn',
    sentence:
      'An idle or ended session is taken back to the end of a turn: later turns stay in the log, leave the transcript, and their effects are listed.',
    where: 'docs/sessions.md, Rewinding it',
  },
  {
    id: 'session:fork:begins-with-the-transcript',
    sentence:
      'A fork begins with the transcript of its source up to a finished turn, has caps and a ledger of its own, and never changes its source.',
    where: 'docs/sessions.md, Forking it',
  },
  {
    id: 'session:fork:reads-another-context',
    sentence:
      'A fork that is given other documents reads them on its own turns and on those of its forks, says so in its resource and manifests, and changes nothing for its source and its agent.',
    where: 'docs/sessions.md, Forking it',
  },
  {
    id: 'session:fork:outlives-its-source',
    sentence:
      'A fork keeps the turns that it began with when its source is erased, and they are erased with the last session that has them.',
    where: 'docs/sessions.md, Forking it',
  },
  {
    id: 'session:fork:whatever-dies',
    sentence: 'A fork goes on once it is answered, whatever dies or is away.',
    where: 'docs/sessions.md, Forking it',
  },
  {
    id: 'session:replay:same-log',
    sentence:
      'A replay with recorded models and nothing else changed makes the log of the recorded session again, but for ids and times; it asks no provider, calls no tool, costs nothing, and teaches routing nothing.',
    where: 'docs/replay.md, Playing a session again',
  },
  {
    id: 'session:again:no-effect-repeated',
    sentence:
      'A retry, a rewind and a replay take effect once, whatever dies meanwhile, and repeat no call of the session that was made.',
    where: 'docs/steering.md, Forking, retrying and rewinding',
  },
  {
    id: 'session:replay:from-a-turn',
    sentence:
      'A replay may begin at any turn of a transcript, behind the turns before it, also of a session that was forked or rewound.',
    where: 'docs/replay.md, Playing a session again',
  },
  {
    id: 'session:replay:another-policy',
    sentence:
      'In a replay that tries a policy, a call that the policy denies is denied with its reason, one that it opens has no recorded result, and no tool is reached.',
    where: 'docs/replay.md, Playing a session again',
  },
  {
    id: 'session:replay:same-seed',
    sentence: 'Replays with the same seed make the same choices of models while routing learns nothing.',
    where: 'docs/replay.md, Playing a session again',
  },
  {
    id: 'session:replay:another-context',
    sentence: 'A replay that is given other documents reads them in place of those of its agent.',
    where: 'docs/replay.md, Playing a session again',
  },
  {
    id: 'session:replay:recorded-results',
    sentence:
      'A call of a replay is given what was recorded for the same tool and arguments, in order; with `recorded` no tool server is reached, and a call without a recording ends the replay or gets a result that says so.',
    where: 'docs/replay.md, Playing a session again',
  },
  {
    id: 'session:export:whole-from-a-consistent-point',
    sentence:
      'The file of an ended session has all that its readers see, with counts and a hash, and no secret; a fork brings the turns it began with; a file that could not be finished says so.',
    where: 'docs/export.md, Exporting a session',
  },
  {
    id: 'session:idle:wakes-or-times-out',
    sentence: 'An idle session wakes for a message and ends when its idle time is over.',
    where: 'docs/steering.md, Idle',
  },
  {
    id: 'session:continue-as-new:loses-nothing',
    sentence: 'A long session continues as new at a turn boundary and loses nothing.',
    where: 'docs/steering.md, Many messages at once',
  },
  {
    id: 'session:long:strict-servers-refuse-nothing',
    sentence:
      'However long a session is, whichever models serve it, and whatever dies meanwhile, no request has a form that a strict server refuses.',
    where: 'docs/testing.md, Long sessions',
  },
  {
    id: 'session:search:by-agent-status-reason',
    sentence: 'Temporal finds sessions by agent, status and reason.',
    where: 'docs/operations.md, Temporal',
  },
  {
    id: 'history:check:says-session-event-and-line',
    sentence:
      'Before a deploy, the histories of live and recent sessions are replayed on the new build; where one does not replay, the session, the event and the line that disagree are named.',
    where: 'docs/operations.md, Upgrades',
  },
  {
    id: 'session:history:small-whatever-is-read',
    sentence: 'A Temporal history grows by less than 4 KB and 20 events a turn, whatever the agent reads or writes.',
    where:
      'docs/adr/0001-temporal-owns-progress-postgres-owns-content.md, 1. Temporal owns progress, Postgres owns content',
  },
  {
    id: 'session:retention:erased-but-still-billed',
    sentence:
      'A session that ended more than AGENT_RUNS_RETENTION_DAYS ago is erased without a request; its cost stays in the bills.',
    where: 'docs/sessions.md, Erasing it',
  },
  {
    id: 'session:limits:run-over-agent',
    sentence: "A run may bound its prompts and answers in tokens; its values win over its agent's.",
    where: 'docs/sessions.md, How long prompts and answers are',
  },
  {
    id: 'context:transcript:read-once',
    sentence: 'A worker reads the earlier turns of a session once; after that, each turn reads only what is new.',
    where: 'docs/operations.md, Scaling',
  },
  {
    id: 'context:compaction:summary-in-place-of-turns',
    sentence:
      'Turns that leave the prompt are summarized by a model, by a call that is accounted like any other; prompts show the summary in their place, and the transcript keeps the turns.',
    where: 'docs/sessions.md, Summaries of earlier turns',
  },
  {
    id: 'context:compaction:never-in-the-way',
    sentence: 'No turn and no end waits for a summary, and a summary that fails is missing and nothing else.',
    where: 'docs/sessions.md, Summaries of earlier turns',
  },
  {
    id: 'context:compaction:in-the-transcript',
    sentence: 'The transcript of a session also has its summaries, with the turns that each covers.',
    where: 'docs/sessions.md, Summaries of earlier turns',
  },
  {
    id: 'context:compaction:settled-after-the-end',
    sentence:
      'A request for a summary that outlasts its session costs what its answer says, or the closest bound that is known.',
    where: 'docs/sessions.md, Summaries of earlier turns',
  },
  {
    id: 'context:compaction:guarded-like-an-answer',
    sentence: 'A summary is stored without secrets, and not at all when it has a blocked phrase.',
    where: 'docs/sessions.md, Summaries of earlier turns',
  },
  {
    id: 'session:bulk:says-before-what-it-does',
    sentence:
      'A bulk job does to each session what the request about one session does, and its dry run says before how many would be refused and why.',
    where: 'docs/sessions.md, Many sessions at once',
  },
  {
    id: 'session:bulk:each-session-once',
    sentence:
      'A bulk job acts on each session that matched when it began exactly once, whatever is killed meanwhile and however many jobs there are.',
    where: 'docs/sessions.md, Many sessions at once',
  },
  {
    id: 'session:bulk:rate-cancel-and-waiting',
    sentence:
      'A bulk job keeps its rate, tries again what has no room yet, and does nothing any more once its cancellation is answered or its key is not valid.',
    where: 'docs/sessions.md, Many sessions at once',
  },
  {
    id: 'session:bulk:bounded-and-own',
    sentence:
      'The sessions of a bulk job and the jobs of a tenant are bounded, and no other tenant has a part in them.',
    where: 'docs/sessions.md, Many sessions at once',
  },
];
