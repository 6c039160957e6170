import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import { AccountDisabled, InvalidCredentials, LastAdmin } from '../account';
import { TooManyAttempts } from '../attempt';
import { DataExport } from './data-export';

export const ExportMyDataError = createUnionType({
  name: 'ExportMyDataError',
  description: 'Why nothing was exported.',
  types: () => [InvalidCredentials, TooManyAttempts, AccountDisabled] as const,
});

@ObjectType({ description: 'The answer to exportMyData.' })
export class ExportMyDataPayload {
  @Field(() => DataExport, { nullable: true, description: 'Your data; null when it failed.' })
  dataExport?: DataExport | null;

  @Field(() => [ExportMyDataError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof ExportMyDataError)[];
}

export const EraseMyAccountError = createUnionType({
  name: 'EraseMyAccountError',
  description: 'Why the account was not erased.',
  types: () => [InvalidCredentials, TooManyAttempts, AccountDisabled, LastAdmin] as const,
});

@ObjectType({ description: 'The answer to eraseMyAccount.' })
export class EraseMyAccountPayload {
  @Field(() => ID, { nullable: true, description: 'The id of the account that is no more; null when it failed.' })
  erasedUserId?: string | null;

  @Field(() => [EraseMyAccountError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof EraseMyAccountError)[];
}
