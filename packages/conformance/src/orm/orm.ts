import type { Registry, SqlAdapter, TransactionalStepMaker } from '@holdfast/core/internal';

/** Where an ORM is to connect to, and where its adapter is to be found. */
export interface OrmPlace {
  readonly url: string;
  readonly registry: Registry;
  /** The most connections it may have. */
  readonly poolSize: number;
}

/**
 * A connected ORM with its adapter, and what the suites do with it: in the library's own words, as a user would.
 *
 * The tables are `item (id serial, name text)`, where any name may be there many times, and
 * `account (name text primary key, balance int)`.
 */
export interface Orm<Tx = unknown> {
  readonly steps: TransactionalStepMaker<Tx>;
  readonly adapter: SqlAdapter<Tx>;
  /** The class of a failed statement's error. */
  readonly errorClass: new (
    ...args: never[]
  ) => Error;
  insertItem(tx: Tx, name: string): Promise<unknown>;
  openAccount(tx: Tx, name: string): Promise<unknown>;
  deposit(tx: Tx, name: string, amount: number): Promise<unknown>;
  balance(tx: Tx, name: string): Promise<number>;
  /** Opens a transaction of the user's own. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Something of the library that is no open transaction: its database, instance or client. */
  readonly noTransaction: unknown;
  close(): Promise<void>;
}

export type MakeOrm<Tx = unknown> = (place: OrmPlace) => Promise<Orm<Tx>> | Orm<Tx>;

/**
 * The tables, and what makes commits fail or wait: a row of `item` is looked at as its transaction commits.
 *
 * `fail once:23514:s` fails with that SQLSTATE the first time, where `s` is a sequence; `wait:42` waits for that
 * advisory lock.
 */
export const TABLES = `
create table item (id serial primary key, name text not null);
create table account (name text primary key, balance int not null default 0);
create function look_at_item() returns trigger language plpgsql as $$
declare words text[] := string_to_array(new.name, ':');
begin
  if words[1] = 'fail once' and nextval(words[3]::regclass) = 1 then
    raise exception 'told to fail' using errcode = words[2];
  end if;
  if words[1] = 'wait' then perform pg_advisory_xact_lock(words[2]::bigint); end if;
  return null;
end $$;
create constraint trigger item_at_commit after insert on item
  deferrable initially deferred for each row execute function look_at_item();
`;
