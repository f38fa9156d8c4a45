import { looksLikeKey } from './key-shape.ts';
import type { SecretPattern } from './secret-patterns.ts';

/** `prefix` and `key` are parts of a regular expression. Each key is one bounded run, so the pattern takes linear time. */
function prefixed(rule: string, prefix: string, key: string): SecretPattern {
  return { rule, pattern: new RegExp(`(?<![A-Za-z0-9])${prefix}${key}`, 'g'), holds: looksLikeKey };
}

/** Keys that are known by the prefix that their issuer gives them. */
export const PREFIXED_KEYS: readonly SecretPattern[] = [
  prefixed('age', 'AGE-SECRET-KEY-1', '[0-9A-Z]{58}'),
  prefixed('databricks', 'dapi', '[0-9a-f]{32}'),
  prefixed('digitalocean', 'do[opr]_v1_', '[0-9a-f]{64}'),
  prefixed('docker', 'dckr_[po]at_', '[0-9A-Za-z_-]{24,64}'),
  prefixed('doppler', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.', '[0-9A-Za-z._-]{40,80}'),
  prefixed('figma', 'figd_', '[0-9A-Za-z_-]{32,64}'),
  prefixed('flyio', 'fm[12][a-z]?_', '[0-9A-Za-z+/=]{100,2000}'),
  prefixed('gitlab', 'gl(?:ptt|dt|rt|cbt|ft|soat|agent|oas|imt)-', '[0-9A-Za-z_-]{20,80}'),
  prefixed('google-oauth', 'GOCSPX-', '[0-9A-Za-z_-]{28}'),
  prefixed('grafana', 'gl(?:sa|c)_', '[0-9A-Za-z_+/=]{32,400}'),
  prefixed('groq', 'gsk_', '[0-9A-Za-z]{40,64}'),
  prefixed('huggingface', 'api_org_', '[0-9A-Za-z]{30,64}'),
  prefixed('newrelic', 'NRAK-', '[0-9A-Z]{27}'),
  prefixed('notion', 'ntn_', '[0-9A-Za-z]{40,64}'),
  prefixed('perplexity', 'pplx-', '[0-9A-Za-z]{40,64}'),
  prefixed('planetscale', 'pscale_(?:tkn|pw|oauth)_', '[0-9A-Za-z._=-]{32,64}'),
  prefixed('postman', 'PMAK-', '[0-9a-f]{24}-[0-9a-f]{34}'),
  prefixed('pulumi', 'pul-', '[0-9a-f]{40}'),
  prefixed('pypi', 'pypi-', 'AgE[0-9A-Za-z_-]{50,400}'),
  prefixed('replicate', 'r8_', '[0-9A-Za-z]{37,40}'),
  prefixed('rubygems', 'rubygems_', '[0-9a-f]{48}'),
  prefixed('sentry', 'sntry[su]_', '[0-9A-Za-z+/=_-]{40,400}'),
  prefixed('slack', 'xapp-\\d-', '[0-9A-Za-z-]{40,200}'),
  prefixed('stripe', 'whsec_', '[0-9A-Za-z+/=]{24,100}'),
  prefixed('supabase', 'sbp_', '[0-9a-f]{40}'),
  prefixed('tailscale', 'tskey-[a-z]{2,10}-', '[0-9A-Za-z-]{20,80}'),
  prefixed('vault', 'hv[sbr]\\.', '[0-9A-Za-z_-]{24,400}'),
  prefixed('xai', 'xai-', '[0-9A-Za-z]{60,100}'),
  prefixed('azure-storage', 'AccountKey=', '[0-9A-Za-z+/]{86}=='),
  prefixed('discord-webhook', 'discord(?:app)?\\.com/api/webhooks/\\d{15,25}/', '[0-9A-Za-z_-]{50,90}'),
  prefixed('telegram', '\\d{8,12}:AA', '[0-9A-Za-z_-]{33}(?![0-9A-Za-z_-])'),
];

/** Every one of these keys has one of these in it. */
export const PREFIXES_OF_KEYS =
  'AGE-SECRET|dapi|do[opr]_v1_|dckr_|dp\\.[a-z]{2,5}\\.|figd_|fm[12]|gl[a-z]{1,5}[-_]|GOCSPX-|gsk_|api_org_|NRAK-|ntn_|pplx-|pscale_|PMAK-|pul-|pypi-|r8_|rubygems_|sntry|xapp-|whsec_|sbp_|tskey-|hv[sbr]\\.|xai-|AccountKey=|/webhooks/|\\d:AA';
