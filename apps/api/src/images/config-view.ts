import { type HistoryEntry, type ImageConfig, platformName } from '@cooperage/oci';
import { copied, TextRoom } from './text-room.js';

/** What is shown of an image's config. At most some 250,000 characters, whatever the config holds. */
export interface ConfigView {
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly user: string;
  readonly history: readonly HistoryEntry[];
  /** Something was shortened or left out. */
  readonly isCut: boolean;
  /** Bytes of the config itself. */
  readonly bytes: number;
}

/** Characters of what is shown, and items of a list. */
const room = {
  history: 128 * 1_024,
  labels: 32 * 1_024,
  environment: 32 * 1_024,
  words: 16 * 1_024,
  names: 16 * 1_024,
};
const most = { history: 1_000, environment: 500, words: 500, labels: 500 };
const longestTime = 64;

/** @param bytes length of the config */
export function viewOfConfig(config: ImageConfig, bytes: number): ConfigView {
  const [history, labels, environment] = [room.history, room.labels, room.environment].map(
    (each) => new TextRoom(each),
  );
  const [words, names] = [new TextRoom(room.words), new TextRoom(room.names)];
  const view = {
    platform: names.text(platformName(config.platform), 256),
    workingDirectory: names.text(config.workingDir ?? ''),
    user: names.text(config.user ?? ''),
    entrypoint: words.texts(config.entrypoint, most.words),
    command: words.texts(config.cmd, most.words),
    labels: labels!.record(config.labels, most.labels),
    environment: environment!.texts(config.env, most.environment),
    history: history!.items(config.history, most.history).map((step) => shownStep(step, history!)),
  };
  const isCut = [history!, labels!, environment!, words, names].some((each) => each.isCut);
  return { ...copied(view), isCut, bytes };
}

function shownStep({ created, createdBy, comment, emptyLayer }: HistoryEntry, texts: TextRoom): HistoryEntry {
  return {
    ...(created !== undefined && { created: texts.text(created, longestTime) }),
    ...(createdBy !== undefined && { createdBy: texts.text(createdBy) }),
    ...(comment !== undefined && { comment: texts.text(comment) }),
    emptyLayer,
  };
}
