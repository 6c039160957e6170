import { isIP } from 'node:net';
import { z } from 'zod';

/** How a gateway meets its clients. */
export interface ClientSettings {
  /** Which pages of other sites may use the graph from a browser; `null` for none. */
  readonly cors: { readonly origins: readonly string[]; readonly credentials: boolean; readonly maxAgeSeconds: number } | null;
  /** Whether long answers are compressed for clients that ask for it. */
  readonly compression: boolean;
  /** Whether clients that take answers in parts get what they mark by `@defer` later. */
  readonly defer: boolean;
  /** Documents of which the texts are known before. */
  readonly trustedDocuments: {
    readonly mode: 'off' | 'allow' | 'safelist' | 'required';
    /** Manifests, each for one client by its name, or for all. */
    readonly files: readonly { readonly path: string; readonly client: string | null }[];
  };
  /** Proxies of which `X-Forwarded-For` is believed: addresses, and networks such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
  /** Whether clients may register documents by their hash, and send the hash alone from then on. */
  readonly automaticDocuments: boolean;
}

const onOff = z.enum(['on', 'off'], { error: 'must be on or off' });

/** The environment variables that {@link clientSettings} reads. */
export const CLIENT_VARIABLES = {
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform(listOf)
    .refine((origins) => origins.every(isOrigin), {
      error: 'must be origins such as https://shop.example, with commas between, or *',
    }),
  CORS_CREDENTIALS: onOff.default('off'),
  CORS_MAX_AGE_SECONDS: z.coerce
    .number({ error: 'must be a whole number from 0 to 86400' })
    .int('must be a whole number from 0 to 86400')
    .min(0, 'must be 0 at least')
    .max(86_400, 'must be 86400 at most')
    .default(600),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(listOf)
    .refine((networks) => networks.every(isNetwork), {
      error: 'must be addresses or networks such as 10.0.0.0/8, with commas between',
    }),
  COMPRESSION: onOff.default('on'),
  DEFER: onOff.default('on'),
  TRUSTED_DOCUMENTS: z
    .enum(['off', 'allow', 'safelist', 'required'], { error: 'must be off, allow, safelist or required' })
    .default('off'),
  TRUSTED_DOCUMENTS_FILES: z.string().default('').transform(listOf),
  AUTOMATIC_DOCUMENTS: onOff.default('on'),
};

type Variables = z.infer<z.ZodObject<typeof CLIENT_VARIABLES>>;

export function clientSettings(v: Variables): ClientSettings {
  const origins = v.CORS_ORIGINS;
  return {
    cors:
      origins.length === 0 ? null : { origins, credentials: v.CORS_CREDENTIALS === 'on', maxAgeSeconds: v.CORS_MAX_AGE_SECONDS },
    trustedProxies: v.TRUSTED_PROXIES,
    compression: v.COMPRESSION === 'on',
    defer: v.DEFER === 'on',
    trustedDocuments: { mode: v.TRUSTED_DOCUMENTS, files: v.TRUSTED_DOCUMENTS_FILES.map(fileOf) },
    automaticDocuments: v.AUTOMATIC_DOCUMENTS === 'on',
  };
}

/** What of them does not go together. */
export function clientProblems(v: Variables): string[] {
  const problems = [];
  if (v.CORS_CREDENTIALS === 'on' && v.CORS_ORIGINS.includes('*'))
    problems.push('CORS_CREDENTIALS: every site could act for whoever visits it: name the origins in CORS_ORIGINS instead of *');
  if (v.TRUSTED_DOCUMENTS !== 'off' && v.TRUSTED_DOCUMENTS_FILES.length === 0)
    problems.push(`TRUSTED_DOCUMENTS_FILES: TRUSTED_DOCUMENTS=${v.TRUSTED_DOCUMENTS} needs a manifest`);
  return problems;
}

/** `path`, or `client=path`. */
function fileOf(text: string): { path: string; client: string | null } {
  const equals = text.indexOf('=');
  return equals < 0 ? { path: text, client: null } : { path: text.slice(equals + 1), client: text.slice(0, equals) };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** As browsers send it: without a path, not even a slash. */
function isOrigin(text: string): boolean {
  return text === '*' || (/^\w[\w+.-]*:\/\//.test(text) && !/[/?#]/.test(text.slice(text.indexOf('://') + 3)));
}
