import type { StandardSchema } from '@holdfast/core/internal';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The part of Standard JSON Schema that is used: what zod and arktype have, and what valibot's converter gives. */
interface Described {
  readonly '~standard': {
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => JsonSchema;
    };
  };
}

/**
 * What a schema accepts, as JSON Schema. One that cannot say it, as its vendor has no way to or it accepts what JSON cannot
 * say, stands for any value.
 *
 * @see https://standardschema.dev/json-schema
 */
export function jsonSchemaOf(schema: StandardSchema | undefined): JsonSchema {
  try {
    const { $schema: _, ...found } =
      (schema as Described | undefined)?.['~standard'].jsonSchema?.input({ target: 'draft-2020-12' }) ?? {};
    return found;
  } catch {
    return {}; // it has a date, a map, a transform: no JSON of it is known
  }
}
