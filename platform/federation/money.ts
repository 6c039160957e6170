import { Arg, Directive, Field, InputType, ObjectType } from 'type-graphql';
import { decimalToMinor, minorToDecimal } from '../db';
import { badInput } from '../errors';
import { DecimalScalar } from './scalars';

const formatters = new Map<string, Intl.NumberFormat>();
const MAX_FORMATTERS = 500;

/** An amount of money as clients see it. Inside, an amount is an integer count of minor units. */
@Directive('@shareable')
@ObjectType({ description: 'An exact amount of money in one currency.', simpleResolvers: true })
export class Money {
  @Field(() => DecimalScalar, { description: 'The amount in major units, exact, such as "19.99".' })
  amount: string;

  @Field(() => String, { description: 'The ISO 4217 code of the currency, such as "EUR".' })
  currency: string;

  @Field(() => String, { description: 'The amount as people of a language write it, such as "€19.99".' })
  formatted(
    @Arg('locale', () => String, { defaultValue: 'en', description: 'A BCP 47 language tag, such as "de" or "en-GB".' })
    locale: string,
  ): string {
    return formatterFor(locale, this.currency).format(this.amount as `${number}`);
  }

  static ofMinor(minor: number, currency: string): Money {
    return Object.assign(new Money(), { amount: minorToDecimal(minor), currency });
  }
}

/** Money that a client sends; the currency must be the shop's. */
@InputType({ description: 'An exact amount of money, in the currency of the shop.' })
export class MoneyInput {
  @Field(() => DecimalScalar, { description: 'The amount in major units with at most two fraction digits, such as "19.99".' })
  amount: string;

  @Field(() => String, { nullable: true, description: 'The ISO 4217 code; when given it must be the currency of the shop.' })
  currency?: string | null;
}

/** Reads a client's amount as minor units. @throws BAD_USER_INPUT on another currency or outside `minimum`..`maximum` */
export function readMoney(input: MoneyInput, currency: string, field: string, minimum = 0, maximum = 100_000_000): number {
  if (input.currency && input.currency !== currency) throw badInput(`${field}.currency`, `must be ${currency}`);
  const minor = decimalToMinor(input.amount);
  if (minor < minimum || minor > maximum) {
    throw badInput(`${field}.amount`, `must be from ${minorToDecimal(minimum)} to ${minorToDecimal(maximum)}`);
  }
  return minor;
}

function formatterFor(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale}|${currency}`;
  const known = formatters.get(key);
  if (known) return known;
  try {
    const made = new Intl.NumberFormat(locale, { style: 'currency', currency });
    if (formatters.size < MAX_FORMATTERS) formatters.set(key, made);
    return made;
  } catch {
    throw badInput('locale', 'must be a BCP 47 language tag, such as "en-GB"');
  }
}
