import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { decimalToMinor } from '../db';

/** RFC 3339 date and time in UTC. Accepts `Date` or text on the way out, because cached records hold text. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A date and time in UTC by RFC 3339, such as "2026-11-22T17:32:00.000Z".',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => (value instanceof Date ? value.toISOString() : new Date(String(value)).toISOString()),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

/** An exact decimal as text. In code, money is an integer count of minor units; this is only its outside form. */
export const DecimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number as text, such as "19.99"; never a float.',
  serialize: (value) => String(value),
  parseValue: parseDecimal,
  parseLiteral: (node) =>
    parseDecimal(node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : undefined),
});

/** Any JSON value, where the shape is free by nature, such as the data of an event. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
});

function parseDateTime(value: unknown): Date {
  const isRfc3339 =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i.test(value);
  const date = isRfc3339 ? new Date(value) : null;
  if (!date || Number.isNaN(date.getTime())) throw badLiteral('a date and time by RFC 3339, such as "2026-11-22T17:32:00Z"');
  return date;
}

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  try {
    if (typeof text === 'string') {
      decimalToMinor(text);
      return text;
    }
  } catch {
    // Falls through to the error that says what is allowed.
  }
  throw badLiteral('a decimal with at most two fraction digits, such as "19.99"');
}

function badLiteral(allowed: string): GraphQLError {
  return new GraphQLError(`must be ${allowed}`, { extensions: { code: 'BAD_USER_INPUT', allowed } });
}
