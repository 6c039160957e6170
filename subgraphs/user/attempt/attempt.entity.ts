import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often something was tried for one e-mail address or account within a window. */
@Entity('attempt')
export class Attempt {
  @PrimaryColumn('text')
  kind: string;

  @PrimaryColumn('bytea')
  subject: Buffer;

  @Column('integer')
  count: number;

  @Column('timestamptz', { name: 'window_ends_at' })
  windowEndsAt: Date;
}
