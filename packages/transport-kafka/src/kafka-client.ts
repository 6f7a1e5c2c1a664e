// The part of KafkaJS that is used here. `new Kafka({ brokers })` of the package kafkajs fits as it is.

/** A connection to a cluster, made by the user. */
export interface KafkaClient {
  consumer(config: ConsumerConfig): KafkaConsumerClient;
  producer(config?: ProducerConfig): KafkaProducerClient;
  admin(): KafkaAdminClient;
}

/** What a consumer is made with; settings of the user's are handed on beside these. */
export interface ConsumerConfig {
  groupId: string;
  retry?: { restartOnFailure?: (error: Error) => Promise<boolean> };
}

export interface ProducerConfig {
  idempotent?: boolean;
  maxInFlightRequests?: number;
}

/** Headers as they are on the wire. */
export type RawHeaders = Record<string, Buffer | string | (Buffer | string)[] | undefined>;

/** A record as it is on the wire. */
export interface RawRecord {
  key: Buffer | null;
  value: Buffer | null;
  /** Milliseconds since 1970, as text. */
  timestamp: string;
  offset: string;
  headers?: RawHeaders;
}

/** Records of one partition, in order. */
export interface RawBatch {
  topic: string;
  partition: number;
  /** The offset after the last record that there is. */
  highWatermark: string;
  messages: RawRecord[];
}

/** A batch, and what may be done with it. */
export interface BatchPayload {
  batch: RawBatch;
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  commitOffsetsIfNecessary(offsets: {
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
  }): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
}

export interface TopicPartitions {
  topic: string;
  partitions: number[];
}

export interface KafkaConsumerClient {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(subscription: { topics: string[]; fromBeginning: boolean }): Promise<void>;
  run(config: {
    autoCommit: boolean;
    eachBatchAutoResolve: boolean;
    partitionsConsumedConcurrently: number;
    eachBatch: (payload: BatchPayload) => Promise<void>;
  }): Promise<void>;
  seek(place: { topic: string; partition: number; offset: string }): void;
  pause(topics: TopicPartitions[]): void;
  resume(topics: TopicPartitions[]): void;
  on(event: 'consumer.group_join', listener: (event: GroupJoin) => void): unknown;
  on(event: 'consumer.crash', listener: (event: Crash) => void): unknown;
}

export interface GroupJoin {
  payload: { memberAssignment: Record<string, number[]> };
}

export interface Crash {
  payload: { error: Error };
}

/** A record to be produced. */
export interface NewRecord {
  key?: Buffer | string | null;
  value: Buffer | string | null;
  headers?: RawHeaders;
  partition?: number;
  timestamp?: string;
}

export interface KafkaProducerClient {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(record: {
    topic: string;
    acks: number;
    messages: NewRecord[];
  }): Promise<{ topicName: string; partition: number; baseOffset?: string; errorCode: number }[]>;
}

export interface KafkaAdminClient {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  fetchTopicOffsets(topic: string): Promise<{ partition: number; high: string }[]>;
  fetchOffsets(group: {
    groupId: string;
    topics: string[];
  }): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}
