import { ArgsType, Field, registerEnumType } from 'type-graphql';
import type { Role } from '../../../platform/auth';
import { ConnectionArgs } from '../../../platform/federation';
import { RoleEnum } from '../account';

export const UserSortEnum = { NEWEST: 'NEWEST', OLDEST: 'OLDEST', NAME: 'NAME', EMAIL: 'EMAIL' } as const;
export type UserSort = keyof typeof UserSortEnum;

registerEnumType(UserSortEnum, {
  name: 'UserSort',
  description: 'The order of a list of users.',
  valuesConfig: {
    NEWEST: { description: 'Accounts opened last come first.' },
    OLDEST: { description: 'Accounts opened first come first.' },
    NAME: { description: 'By name, from A to Z.' },
    EMAIL: { description: 'By e-mail address, from A to Z.' },
  },
});

@ArgsType()
export class UsersArgs extends ConnectionArgs {
  @Field(() => String, {
    nullable: true,
    description: 'Part of a name or an e-mail address, up to 100 characters; upper and lower case count alike.',
  })
  search?: string | null;

  @Field(() => RoleEnum, { nullable: true, description: 'Only users with this role.' })
  role?: Role | null;

  @Field(() => Boolean, { nullable: true, description: 'Only disabled users, or only those who are not.' })
  isDisabled?: boolean | null;

  @Field(() => UserSortEnum, { defaultValue: 'NEWEST', description: 'The order of the list.' })
  sort: UserSort;
}
