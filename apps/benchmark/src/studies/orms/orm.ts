import type { Registry, TransactionalStepMaker } from '@holdfast/core';

/** An ORM: a transaction of its own, and Holdfast's steps on it. */
export interface Orm<Tx> {
  /** One row, as the ORM's users write it. */
  insertItem(tx: Tx): PromiseLike<unknown>;
  transaction(work: (tx: Tx) => Promise<unknown>): Promise<unknown>;
  readonly steps: TransactionalStepMaker<Tx>;
  close(): Promise<void>;
}

/** Where an ORM works. */
export interface OrmPlace {
  readonly url: string;
  readonly poolSize: number;
  readonly registry: Registry;
}

/** An ORM on a database. */
export type MakeOrm<Tx> = (place: OrmPlace) => Orm<Tx>;

/** The table that the transactions write to. */
export const ITEM_TABLE = 'create table if not exists item (id serial primary key, name text not null)';
