import { bigserial, integer, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';

const schema = pgSchema('reports');

/** One part of a report. Nothing in the table forbids a second one: that there is none is what the steps promise. */
export const sections = schema.table('sections', {
  row: bigserial({ mode: 'number' }).primaryKey(),
  report: text().notNull(),
  region: text().notNull(),
  sales: integer().notNull(),
});

export const published = schema.table('published', {
  row: bigserial({ mode: 'number' }).primaryKey(),
  report: text().notNull(),
  title: text().notNull(),
  total: integer().notNull(),
});

/** A tick of the schedule, and what it counted. */
export const counts = schema.table('counts', {
  row: bigserial({ mode: 'number' }).primaryKey(),
  at: timestamp({ withTimezone: true }).notNull(),
  published: integer().notNull(),
});
