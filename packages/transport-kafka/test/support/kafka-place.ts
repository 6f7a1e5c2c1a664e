/** Where a worker of the conformance suite reads. */
export interface KafkaPlace {
  readonly broker: string;
  readonly topic: string;
  readonly deadLetter: string;
  readonly group: string;
}
