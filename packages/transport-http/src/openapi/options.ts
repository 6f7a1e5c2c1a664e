/** What an OpenAPI document says beside what can be reached. */
export interface OpenApiOptions {
  /** Default `'Runs'`. */
  readonly title?: string;
  /** Of the API. Default `'1'`. */
  readonly version?: string;
  readonly description?: string;
  /** How callers prove who they are, as OpenAPI has it: `{ bearer: { type: 'http', scheme: 'bearer' } }`. */
  readonly securitySchemes?: Readonly<Record<string, unknown>>;
}
