import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import { forgetRuns } from './functions/forget-runs.js';
import type { Migration } from './migration.js';

/** What runs are sent, and what they show. */
export const messages: Migration = {
  version: 3,
  name: 'messages',
  text: (s) =>
    [messagesTable(s), eventsTable(s), streamsTables(s), firstPages(s), forgetRuns(s), comments(s)].join(
      '\n',
    ),
};

const messagesTable = (s: Schema): string => `
create table ${s.messages} (
  run_id text collate "C" not null,
  id bigint generated always as identity,
  channel text collate "C" not null,
  key text collate "C",
  value json not null,
  value_extra json,
  sent_at timestamptz not null default clock_timestamp(),
  received_by int,
  primary key (run_id, id)
) with (vacuum_truncate = false);
create unique index messages_key on ${s.messages} (run_id, key) where key is not null;
create index messages_waiting on ${s.messages} (run_id, channel, id) where received_by is null;`;

const eventsTable = (s: Schema): string => `
create table ${s.events} (
  run_id text collate "C" not null,
  name text collate "C" not null,
  id bigint generated always as identity,
  key text collate "C",
  value json not null,
  value_extra json,
  seq int,
  set_at timestamptz not null default clock_timestamp(),
  primary key (run_id, name, id)
) with (vacuum_truncate = false);
create unique index events_key on ${s.events} (run_id, key) where key is not null;`;

const streamsTables = (s: Schema): string => `
create table ${s.streams} (
  run_id text collate "C" not null,
  name text collate "C" not null,
  length int not null default 0 constraint streams_open check (length >= 0),
  closed_at timestamptz,
  primary key (run_id, name)
) with (fillfactor = 70, vacuum_truncate = false);
create table ${s.streamValues} (
  run_id text collate "C" not null,
  name text collate "C" not null,
  position int not null,
  key text collate "C",
  value json not null,
  value_extra json,
  seq int,
  written_at timestamptz not null default clock_timestamp(),
  primary key (run_id, name, position)
) with (vacuum_truncate = false);
create unique index stream_values_key on ${s.streamValues} (run_id, key) where key is not null;`;

// As in the first migration: pages to begin with, so that plans made now are right for what is to come.
const firstPages = (s: Schema): string => `
insert into ${s.messages} (run_id, channel, value) select 'filler', 'filler', to_json(repeat('x', 1500)) from generate_series(1, 200);
delete from ${s.messages};
insert into ${s.events} (run_id, name, value) select 'filler', 'filler', to_json(repeat('x', 1500)) from generate_series(1, 200);
delete from ${s.events};
insert into ${s.streams} (run_id, name) select 'filler', n || repeat('x', 1500) from generate_series(1, 200) n;
delete from ${s.streams};
insert into ${s.streamValues} (run_id, name, position, value)
select 'filler', 'filler', n, to_json(repeat('x', 1500)) from generate_series(1, 200) n;
delete from ${s.streamValues};`;

function comments(s: Schema): string {
  return [
    describe(s.messages, 'Holdfast: messages to runs, received or not.', {
      run_id: 'The run it is for.',
      id: 'Messages of one channel are received in the order of their ids.',
      channel: 'The name of the channel.',
      key: 'A second message to the run with the same key is the same message.',
      value: 'The message, as plain JSON.',
      value_extra: 'What JSON cannot say of it; null for most.',
      sent_at: 'When it was sent.',
      received_by: 'The call (seq) of the run that received it; null while it waits.',
    }),
    describe(
      s.events,
      'Holdfast: values that runs show. The last one of a name counts; the others are kept for forks.',
      {
        run_id: 'The run that shows it.',
        name: 'The name of the event.',
        id: 'The highest id of a name is its present value.',
        value: 'The value, as plain JSON.',
        value_extra: 'What JSON cannot say of it; null for most.',
        key: 'Tells a setting that is repeated from another one; null for those of a run itself.',
        seq: 'The call of the run that set it, itself or in its body; null if somebody outside did.',
        set_at: 'When it was set.',
      },
    ),
    describe(s.streams, 'Holdfast: streams that runs write, how long they are and whether they have ended.', {
      run_id: 'The run that writes it.',
      name: 'The name of the stream.',
      length: 'How many values it has.',
      closed_at: 'When it was closed.',
    }),
    describe(s.streamValues, 'Holdfast: the values of streams.', {
      run_id: 'The run.',
      name: 'The name of the stream.',
      position: 'From 0, without gaps.',
      value: 'The value, as plain JSON.',
      value_extra: 'What JSON cannot say of it; null for most.',
      key: 'Tells a write that is repeated from another one; null for those of a run itself.',
      seq: 'The call of the run that wrote it, itself or in its body; null if somebody outside did.',
      written_at: 'When it was written.',
    }),
  ].join('\n');
}
