import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

export const MOVEMENT_KINDS = ['INITIAL', 'IMPORT', 'RECEIPT', 'ADJUSTMENT', 'SALE', 'RETURN'] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** A line of the stock ledger, never changed; the sum over a variant is its stock on hand. */
@Entity('stock_movement')
export class MovementRecord {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'variant_id' })
  variantId: number;

  /** Signed: sales are negative. */
  @Column('integer')
  quantity: number;

  @Column('text')
  kind: MovementKind;

  @Column('text')
  reason: string;

  @Column('text', { nullable: true })
  reference: string | null;

  @Column('text')
  actor: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
