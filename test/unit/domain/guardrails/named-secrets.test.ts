import { expect, test } from 'vitest';
import { redactSecrets } from '../../../../domain/guardrails/secrets.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const BASE62 = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4hJ6kL8nP1qR3tV5xY7zA9cE2gH4jK6mN8pQ1sT3vX5zB7dF9hK2';
const KEY = BASE62.slice(3, 35);
const HEX = '9f86d081884c7d659a2feaa0c55ad015';
const UUID = ['3f2b8c1e', '7a4d', '4f6b', '9c2e', '5d8a1b7f4e3c'].join('-');
const PASSWORD = `S3cr${'3t!'}9`;
const BASIC = Buffer.from(`app:${PASSWORD}`).toString('base64');

/** Texts around a secret, with `‹›` where it stands. */
const FORMS: readonly (readonly [around: string, secret: string, what: string])[] = [
  // Headers.
  ['X-API-Key: ‹›', KEY, 'named-key'],
  ['x-api-key: ‹›', UUID, 'named-key'],
  ['curl -H "X-Api-Key: ‹›" https://api.example.com', HEX, 'named-key'],
  ["{'X-API-KEY': '‹›'}", KEY, 'named-key'],
  ['apikey: ‹›', KEY, 'named-key'],
  ['X-Auth-Token: ‹›', KEY, 'named-key'],
  ['PRIVATE-TOKEN: ‹›', KEY, 'named-key'],
  ['Authorization: ‹›', KEY, 'named-key'],
  ['Authorization: Token ‹›', HEX, 'named-key'],
  ['Authorization: ApiKey ‹›', KEY, 'named-key'],
  ['Authorization: Bot ‹›', KEY, 'named-key'],
  ['Authorization: Basic ‹›', BASIC, 'basic-credentials'],
  ['{"Authorization": "Basic ‹›"}', BASIC, 'basic-credentials'],
  ['Proxy-Authorization: basic ‹›', BASIC, 'basic-credentials'],
  // Environment, configuration and programs.
  ['API_KEY=‹›', KEY, 'named-key'],
  ['export OPENAI_API_KEY="‹›"', KEY, 'named-key'],
  ['MY_SERVICE_API_KEY=‹›', HEX, 'named-key'],
  ["const apiKey = '‹›';", KEY, 'named-key'],
  ['api_key: ‹›', KEY, 'named-key'],
  ['client_secret = "‹›"', KEY, 'named-key'],
  ['"clientSecret" : "‹›"', KEY, 'named-key'],
  ['SECRET_KEY := ‹›', BASE62.slice(0, 50), 'named-key'],
  ["'signing_key' => '‹›',", KEY, 'named-key'],
  ['JWT_SECRET=‹›', HEX, 'named-key'],
  ['tool --api-key ‹› --verbose', KEY, 'named-key'],
  ['tool --token=‹›', KEY, 'named-key'],
  ['db --password ‹›', PASSWORD, 'password'],
  ['<apiKey>‹›</apiKey>', KEY, 'named-key'],
  // JSON, also within a string.
  ['{"password":"‹›"}', PASSWORD, 'password'],
  ['{"user":"a","passwd" : "‹›"}', 'hunter2', 'password'],
  ['"{\\"password\\":\\"‹›\\"}"', PASSWORD, 'password'],
  ['{"access_token":"‹›","expires_in":3600}', KEY, 'named-key'],
  ['{"refresh_token": "‹›"}', KEY, 'named-key'],
  ['{"credential": "‹›"}', KEY, 'named-key'],
  ['password: ‹›', 'hunter2', 'password'],
  ['The password is below.\nPassword: ‹›\n', 'Tr0ub4dor&3'.replace('&', '+'), 'password'],
  ['PGPASSWORD=‹› psql', PASSWORD, 'password'],
  ['DB_PASS=‹›', PASSWORD, 'password'],
  ['passphrase="‹›"', 'XkQpLmTzRwYb', 'password'],
  ["password = '‹›'", '123456', 'password'],
  ['<password>‹›</password>', PASSWORD, 'password'],
  // Connection strings.
  ['Server=db.example;Database=shop;User Id=sa;Password=‹›;Encrypt=true', PASSWORD, 'password'],
  ['Data Source=db;uid=sa;pwd=‹›', PASSWORD, 'password'],
  ['host=db dbname=shop user=app password=‹› sslmode=require', PASSWORD, 'password'],
  ['jdbc:postgresql://db:5432/shop?user=app&password=‹›', PASSWORD, 'password'],
  ['amqp://svc:‹›@mq.internal', 'p4ss', 'address-password'],
  ['ftp://svc:‹›@files.internal/a', PASSWORD, 'address-password'],
  ['redis://:‹›@cache:6379/0', 'hunter22', 'address-password'],
  // Queries of addresses.
  ['https://api.example.com/v1?api_key=‹›&q=1', KEY, 'named-key'],
  ['https://api.example.com/v1?q=1&access_token=‹›', KEY, 'named-key'],
  ['https://mcp.example.com/mcp?key=‹›', KEY, 'named-key'],
  ['https://mcp.example.com/mcp?exaApiKey=‹›#top', UUID, 'named-key'],
  ['https://store.example.com/f?sv=2024&sig=‹›', `${KEY}%3D`, 'named-key'],
  ['https://s3.example.com/f?X-Amz-Signature=‹›', HEX.repeat(2), 'named-key'],
  // Cookies.
  ['Cookie: sessionid=‹›', KEY, 'cookie'],
  ['Cookie: theme=dark; sid=‹›; lang=en', HEX, 'cookie'],
  ['Set-Cookie: SESSION=‹›; Path=/; HttpOnly; Secure', KEY, 'cookie'],
  ['{"Cookie": "remember_me=‹›"}', KEY, 'cookie'],
  ["curl -H 'Cookie: auth=‹›' https://example.com", KEY, 'cookie'],
];

const LOOK_ALIKES: readonly string[] = [
  'password: string',
  'password: string;',
  '"password": {"type": "string"}',
  '{"password":"string"}',
  '{"password": "your-password"}',
  '{"password": "Passwort"}',
  '{"password": "Enter your password, at least 8 characters"}',
  'password: Optional[str] = None',
  'password=None',
  'password = getpass.getpass()',
  'password = self.password2',
  'password = user_password_2',
  "password=os.environ['DB_PASSWORD_1']",
  'password: process.env.PASSWORD1',
  'password=\u0024{DB_PASSWORD_1}',
  'password: {{ vault_password_1 }}',
  'password=%s1234',
  'password=********',
  'password: required|min:8',
  'password: <your password 1>',
  'password: changeme',
  'password = ""',
  'password_min_length: 12',
  'passwords: 12345678',
  'The password is wrong.',
  'Password: at least 8 characters',
  '"password_changed_at": "2025-10-31T10:00:00Z"',
  'password: 2025-10-31T10:00:00Z',
  'password=[redacted:password]',
  'API_KEY=your-key-here',
  'API_KEY=your_api_key_1234567890',
  'API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'API_KEY=<key>',
  'API_KEY=$OPENAI_API_KEY_2',
  'api_key=os.getenv("OPENAI_API_KEY")',
  'apiKey: process.env.ANTHROPIC_API_KEY_2,',
  'api_key: str = Field(default=None)',
  'X-API-Key: <token>',
  'X-API-Key: REPLACE_WITH_YOUR_KEY_2025',
  'token_count=5',
  'max_tokens=4096',
  'tokens: 123456789012',
  'token: 12345',
  'token=5',
  '"next_page_token": "CAUQAA7gH3kLm9PqRs2TuVwX4yZ"',
  'nextToken=eyJ2IjoyLCJjIjoiQUFBQUFBQUFBQSJ9aB3dE5gH7',
  'continuation-token: aB3dE5gH7jK9mN1pQ3sT5vW7',
  'stop_token: aB3dE5gH7jK9mN1pQ3sT5vW7',
  'csrf_token=aB3dE5gH7jK9mN1pQ3sT5vW7',
  'public_key: aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b',
  'token = generate_token_v2(user_1)',
  'const token = tokens[12345678901234];',
  'secret: db-credentials-2025',
  'secretName: my-tls-secret-version-2',
  'secret: true',
  'Authorization: Bearer <token>',
  'Authorization: Basic <credentials>',
  'Authorization: required',
  'authorization: see section 12.3.4.5',
  'Cookie: theme=dark; lang=en',
  'Set-Cookie: theme=dark; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=31536000',
  'Cookie: consent=accepted-2025-10-31',
  'https://example.com/?key=value&sort=name',
  'https://example.com/maps?key=YOUR_API_KEY_2025',
  'https://example.com/callback?code=200&state=ok',
  'https://example.com/?auth=none',
  'postgres://user:password@localhost/db',
  'amqp://guest:guest@localhost',
  'https://user:\u0024{PASSWORD_1}@example.com',
  'primary_key: 550e8400-e29b-41d4-a716-446655440000',
  'sort_key=2025-10-31#aB3dE5gH7jK9',
  'the key: aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b',
  'commit: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'checksum = 9f86d081884c7d659a2feaa0c55ad015',
];

test.each(FORMS)(
  '[guardrail:secret:named-values] [I10] the value in %s is replaced, and nothing else',
  async (around, secret, what) => {
    const { text } = await redactSecrets(`Use this: ${around.replace('‹›', secret)}\nThen go on.`);
    expect(text).toBe(`Use this: ${around.replace('‹›', `[redacted:${what}]`)}\nThen go on.`);
    expect(await redactSecrets(text)).toEqual({ text, findings: [] });
  },
);

test('[guardrail:secret:keys-and-no-names] names without a secret, and stand-ins for one, are left as they are', async () => {
  const wrong: string[] = [];
  for (const text of LOOK_ALIKES)
    if ((await redactSecrets(text)).text !== text) wrong.push((await redactSecrets(text)).text);
  expect(wrong).toEqual([]);
});
