import { type Finding, inOriginal } from './finding.ts';
import type { MatchedForm } from './matched-form.ts';

interface InjectionPattern {
  readonly what: string;
  readonly confidence: number;
  /** The pattern is for the look-alike form. It takes linear time, and matches at most `LONGEST_INJECTION` characters. */
  readonly pattern: RegExp;
}

/** No pattern matches more. */
export const LONGEST_INJECTION = 240;

/**
 * The phrases of texts that want to take over a model. Each pattern says what it is and how sure it is: quoting such a sentence
 * is not the same as using it, and a heuristic can't tell the two apart.
 */
const PATTERNS: readonly InjectionPattern[] = [
  {
    what: 'override',
    confidence: 0.9,
    pattern:
      /\b(?:ignore|disregard|forget|override|bypass|skip|drop|discard|do not (?:follow|obey|use)|don't (?:follow|obey)|pay no attention to)\b[^.!?]{0,40}?\b(?:previous|prior|above|earlier|preceding|former|initial|original|existing|system|your|all|any|the|developer'?s?|these|those)\b[^.!?]{0,30}?\b(?:i\w{0,2}nstructions?|prompts?|rules?|directions?|guidelines?|directives?|commands?|orders?|polic(?:y|ies)|constraints?|programming|messages?|context|training|restrictions|safeguards|safety (?:checks|protocols|rules))\b|\boverride ?:|\bsafety (?:protocols|checks|filters|guidelines) (?:are |is )?(?:disabled|off|suspended|not (?:in effect|meant))/g,
  },
  {
    what: 'override',
    confidence: 0.75,
    pattern:
      /\b(?:ignore|disregard|forget) (?:everything|all|anything)(?: (?:that|you|i|we|else|of it))?[^.!?]{0,30}?\b(?:above|before|previously|said|told|so far|prior)\b/g,
  },
  {
    what: 'override',
    confidence: 0.9,
    pattern:
      /\b(?:ignorier|vergiss|missacht)\w*[^.!?]{0,40}?\b(?:anweisung|vorgabe|regel|richtlinie|instruktion)\w*|\b(?:ignora|olvida|omite|descarta)\w*[^.!?]{0,40}?\b(?:instruccion|reglas|indicacion|ordenes)\w*|\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?]{0,40}?\b(?:instructions|consignes|regles|directives)\b|\b(?:ignore|esqueca|desconsidere)\b[^.!?]{0,40}?\b(?:instrucoes|regras)\b|\b(?:ignora|dimentica)\b[^.!?]{0,40}?\b(?:istruzioni|regole)\b|(?:忽略|无视|忘记|無視|忘)[^。！？]{0,20}?(?:指令|指示|规则|規則|命令|提示)|игнорируй\w*[^.!?]{0,40}?(?:инструкци|указани|правил)/gu,
  },
  {
    what: 'new_instructions',
    confidence: 0.8,
    pattern:
      /\b(?:new|updated|revised|real|actual|true|additional|urgent|important|hidden) (?:system )?(?:instructions?|directives?|task|objective|prompt|orders?) ?(?:for (?:you|the (?:ai|assistant|model|agent)))? ?[:=]|\byour (?:new|real|actual|true|only) (?:task|instructions?|objective|goal|job|purpose|directive|mission|role) (?:is|are)\b|\bfrom now on,? (?:you|your|only|always|respond|answer|ignore)\b|\binstead,? (?:you (?:must|should|will)|do the following)\b/g,
  },
  {
    what: 'role_change',
    confidence: 0.7,
    pattern:
      /\byou are (?:(?:now|no longer) (?!(?:un)?subscribed|registered|signed|logged|connected|ready|able|eligible|enrolled|leaving|viewing|using|following|receiving|a member|on the|at the)\w|going to (?:be|act|pretend|roleplay))\b|\b(?:pretend|act|behave|respond|answer|roleplay|role-play)\b(?: to be| as| as if| like)[^.!?]{0,40}?\b(?:unrestricted|unfiltered|jailbroken|no (?:rules|restrictions|limits|filter)|without (?:any )?(?:restrictions?|limits?|filters?|rules|ethic\w*|moral\w*)|dan|evil|stan|developer mode)\b|\b(?:enable|enter|activate|switch to|simulat\w+)\b[^.!?]{0,20}?\b(?:developer|dan|god|jailbreak|debug|admin|sudo|unrestricted|maintenance|root) ?mode\b|\b(?:pretend|act|behave|respond|answer)\b[^.!?]{0,40}?\b(?:no|without|any) (?:\w+ )?(?:rules|restrictions|limits|filters?|content policy|censorship)\b|\b(?:uncensored|unfiltered|unrestricted|jailbroken) (?:model|ai|assistant|response|mode|version)\b|\b(?:modo desarrollador|mode developpeur|entwicklermodus|sin restricciones|sans restrictions|senza restrizioni|ohne einschrankungen|keine regeln|keine richtlinien)\b|\bdo anything now\b|\b(?:no|without|free of|free from|not bound by) (?:any )?(?:ethical|moral|content|safety) (?:or \w+ )?(?:guidelines|restrictions|limits|limitations|constraints|filters?|policies|rules|boundaries)\b/g,
  },
  {
    what: 'prompt_leak',
    confidence: 0.8,
    pattern:
      /\b(?:reveal|show|print|repeat|output|display|disclose|leak|tell me|give me|share|dump|write out|expose|recite|send|include|what (?:is|are|was|were)|summari[sz]e|translate|encode)\b[^.!?]{0,40}?\b(?:system|initial|hidden|secret|original|developer|internal|starting|above|pre-?|operating) ?(?:prompt|instructions?|message|directives?|configuration|rules|guidelines)\b|\b(?:repeat|print|output|reveal|show)\b[^.!?]{0,20}?\b(?:everything|the words|the text|all text|all of the text) (?:in your context|above|before this)\b|\binstructions? (?:that )?you (?:were|have been|got) given\b|\b(?:verrat|zeig|nenn|revel|rivel|montre|muestra|mostra)\w*[^.!?]{0,30}?\b(?:systemanweisung\w*|system-?prompt\w*|instructions? systeme|instrucciones del sistema|istruzioni di sistema|prompt de sistema)\b/g,
  },
  {
    what: 'chat_markup',
    confidence: 0.85,
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|system_prompt|system-reminder|instructions?|information|important|admin|override)>|(?:^|\n|\s)#{2,4} ?\(?(?:system(?:_message)?\)?|instruction|assistant|new instructions?) ?:?(?=\s|$)|(?:^|[\s"'>*])\[?(?:system|admin|developer|assistant)(?: (?:message|prompt|note|override|notice|update|instruction|alert))?\]? ?:(?=\s*\S)|begin (?:new )?(?:system|admin|instruction)\w*(?: prompt| message| override)?/g,
  },
  {
    what: 'addressed_to_agent',
    confidence: 0.75,
    pattern:
      /\b(?:this is an?|an?) (?:important|urgent|critical) (?:message|note|instruction|notice)\b[^.!?]{0,40}?\b(?:to|for|from) (?:you|me|the (?:ai|assistant|model|agent|user)|\w+)\b|\b(?:attention|note|message|instructions?|notice|reminder) (?:to|for) (?:all |any |the )?(?:ai|llm|language model|assistant|agent|chatbot|model|summari[sz]er|copilot|bot)s?\b|\b(?:if you are|when you are|as) an? (?:ai|llm|language model|assistant|automated (?:agent|system))\b[^.!?]{0,80}?\b(?:must|should|please|ignore|include|send|say|output|reply|respond)\b|\bbefore you (?:can )?(?:solve|answer|complete|do|finish|continue|respond|reply|proceed|summari[sz]e)\b[^!?]{0,80}?\b(?:task|question|first|please|must|do the following)\b|\b(?:ai|llm) (?:assistant|agent|model)s?[:,] (?:please|you|ignore|do)\b|\bai (?:coding )?(?:agents?|assistants?)\b[^.!?\n]{0,40}?\b(?:should|must|first)\b|\b(?:in|at the end of|begin|to) (?:every|each|all|your) (?:future |next )?(?:repl(?:y|ies)|responses?|answers?|reports?|tasks?)\b[^.!?\n]{0,20}?\b(?:include|append|add|repeat)\b|\b(?:call|use|invoke|run) [a-z]+_[a-z_]+ (?:on|to|with)\b[^!?\n]{0,80}?\b(?:before|first|then)\b/g,
  },
  {
    what: 'concealment',
    confidence: 0.8,
    pattern:
      /\b(?:do not|don't|never|without)\b (?:tell|inform|mention|notify|alert|reveal|disclose|let|show|say|telling|informing|mentioning|notifying|alerting|asking)\b[^.!?]{0,30}?\b(?:user|human|anyone|them|owner|this (?:instruction|message|to)|operator|person|confirmation|permission)\b/g,
  },
  {
    what: 'encoded',
    confidence: 0.75,
    pattern:
      /\b(?:decode|decrypt|deobfuscate|unscramble|translate|read|decipher)\b[^.!?]{0,60}?\b(?:base64|base-64|hex|rot13|binary|morse|encoded|string|text|it)\b[^!?]{0,30}?\b(?:and|then) (?:then )?(?:do|follow|execute|run|obey|perform|act on|carry out)\b/g,
  },
  {
    what: 'exfiltration',
    confidence: 0.75,
    pattern:
      /\b(?:send|post|upload|forward|email|exfiltrate|transmit|leak|append|submit|encode|deliver|copy|report)\b[^.!?]{0,60}?\b(?:api keys?|passwords?|credentials?|secrets?|tokens?|conversation|chat history|private (?:data|key|information)|system prompt|environment variables?|\.env|ssh keys?|cookies?|all (?:files|emails|messages|contacts|data)|contents of)\b[^!?]{0,60}?\b(?:to|at|via|into)\b|\b(?:send|email|forward|post|upload|mail)\b[^.!?\n]{0,50}?\b(?:full|entire|whole|complete|all(?: of)?|them|every|customer|user) ?[^.!?\n]{0,30}?\bto [^\s@]{1,64}@|!\[[^\]\n]{0,80}\]\(https?:[^)\s]{0,120}[?&=][^)\s]{0,20}(?:\{|\$|%7b|<)/g,
  },
];

/** Letters, digits and signs that show nothing and that some models read all the same. Flags of regions take few of them. */
const HIDDEN_LETTERS = /[\u{e0020}-\u{e007e}]{8,}/gu;
/** Characters that make a text look different from what it says, where it turns direction more than once. */
const TURNED = /[\u202a-\u202e\u2066-\u2069][^\n]{0,120}?[\u202d\u202e]/gu;

/** A word that may be a text in base64, of at least eighteen characters. */
const BASE64 = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,4096}={0,2}(?![A-Za-z0-9+/=])/g;
const READABLE = /^[\t\n\r\x20-\x7e]+$/;

/** Finds attempts to take over a model, also within words in base64. @param form the look-alike form of the text */
export function promptInjectionIn(text: string, form: MatchedForm): Finding[] {
  const spoken = spokenIn(form.text).map((finding) => inOriginal(form, finding));
  const hidden = [HIDDEN_LETTERS, TURNED].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => placed(match, 'hidden_text', 0.9)),
  );
  const encoded = [...text.matchAll(BASE64)].filter(([word]) => {
    const decoded = Buffer.from(word, 'base64').toString('latin1');
    return READABLE.test(decoded) && spokenIn(decoded.toLowerCase()).length > 0;
  });
  return [...spoken, ...hidden, ...encoded.map((match) => placed(match, 'encoded', 0.9))];
}

function spokenIn(form: string): Finding[] {
  return PATTERNS.flatMap(({ what, confidence, pattern }) =>
    [...form.matchAll(pattern)].map((match) => placed(match, what, confidence)),
  );
}

function placed(match: RegExpExecArray, what: string, confidence: number): Finding {
  return { start: match.index, end: match.index + match[0].length, what, confidence };
}
