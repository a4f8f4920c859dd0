/** Who has to act so that the same build succeeds next time. */
export type Blame = 'user' | 'platform' | 'external';

export interface FailureEntry {
  readonly blame: Blame;
  /** Whether a new attempt by itself has a fair chance. Only faults outside the build's own content do. */
  readonly retryable: boolean;
  /** What a person can do about it, in one plain sentence. */
  readonly advice: string;
}

/** The closed list of reasons for which a build does not succeed. A new reason is a new row, never a free text. */
export const failureCatalogue = {
  SourceAccessDenied: {
    blame: 'user',
    retryable: false,
    advice: 'The git host refused access. Check the clone address and the credentials of the project.',
  },
  SourceUnavailable: {
    blame: 'external',
    retryable: true,
    advice: 'The git host could not be reached. Retry when it answers again.',
  },
  SourceTooLarge: {
    blame: 'user',
    retryable: false,
    advice:
      'The commit is larger than this installation allows; the message names the limit. Remove large files, files in great number or long paths.',
  },
  RefNotFound: {
    blame: 'user',
    retryable: false,
    advice:
      'The commit no longer exists at the git host, most often after a force push. Push again to build the new head.',
  },
  ContextNotFound: {
    blame: 'user',
    retryable: false,
    advice: 'The context folder does not exist at this commit. Correct the context path of the project.',
  },
  DockerfileNotFound: {
    blame: 'user',
    retryable: false,
    advice: 'There is no Dockerfile at the configured path at this commit. Correct the path or commit the file.',
  },
  DockerfileInvalid: {
    blame: 'user',
    retryable: false,
    advice:
      'The Dockerfile cannot be built as it is. The message says what is wrong; the line is shown where there is one.',
  },
  InvalidBuildConfig: {
    blame: 'user',
    retryable: false,
    advice: 'A setting of this build is not valid. The message names it.',
  },
  QuotaExceeded: {
    blame: 'user',
    retryable: false,
    advice:
      'A quota of the organization is used up; the message names it. Delete what is not needed any more, or ask an administrator of the installation for more.',
  },
  ReservedBuildArg: {
    blame: 'user',
    retryable: false,
    advice: 'A project does not set this build argument. The message says why, and what to do instead.',
  },
  StepFailed: {
    blame: 'user',
    retryable: false,
    advice: 'A step of the Dockerfile ended with an error. Its last lines say why.',
  },
  StepOutOfMemory: {
    blame: 'user',
    retryable: false,
    advice: 'A step used more memory than the limit of this project. Lower its use or raise the limit.',
  },
  StepProcessLimit: {
    blame: 'user',
    retryable: false,
    advice: 'A step started more processes than the limit of this project. Start fewer at a time or raise the limit.',
  },
  DiskLimit: {
    blame: 'user',
    retryable: false,
    advice: 'The steps wrote more to the disk than the limit of this project. Let them write less or raise the limit.',
  },
  FetchLimit: {
    blame: 'user',
    retryable: false,
    advice:
      'The build takes from larger images, or by ADD from more addresses, than one build may. Build from smaller ones, or fetch in a RUN step.',
  },
  DiskFull: {
    blame: 'platform',
    retryable: true,
    advice: 'The builder ran out of disk or of inodes. An operator should free space or add a worker.',
  },
  OutputLimit: {
    blame: 'user',
    retryable: false,
    advice: 'The build printed more than the log limit of this project. Make its steps quieter or raise the limit.',
  },
  SecretLeak: {
    blame: 'user',
    retryable: false,
    advice:
      'A secret of the project was found in the image or its inputs. Pass secrets only as mounts, then change the leaked value.',
  },
  PolicyRefused: {
    blame: 'user',
    retryable: false,
    advice: 'A policy of this installation does not allow this build. The message names the rule.',
  },
  RegistryAccessDenied: {
    blame: 'user',
    retryable: false,
    advice: 'A registry refused the credentials. Check the registry credentials of the project.',
  },
  RegistryUnavailable: {
    blame: 'platform',
    retryable: true,
    advice: 'A registry could not be reached. Retry when it answers again.',
  },
  PushRejected: {
    blame: 'platform',
    retryable: true,
    advice: 'The registry did not take the image. Retry; if it stays so, ask an operator to look at the registry.',
  },
  EngineUnavailable: {
    blame: 'platform',
    retryable: true,
    advice: 'The builder was lost during the build. A new attempt starts by itself.',
  },
  SigningUnavailable: {
    blame: 'platform',
    retryable: true,
    advice: 'The image could not be signed. No tag has moved; an operator should check the signing key.',
  },
  VerificationFailed: {
    blame: 'platform',
    retryable: false,
    advice: 'The published signatures did not verify, so no tag was moved. An operator should look at the registry.',
  },
  WorkerLost: {
    blame: 'platform',
    retryable: true,
    advice: 'The worker that ran this build was lost. A new attempt starts by itself.',
  },
  InternalError: {
    blame: 'platform',
    retryable: true,
    advice: 'Something went wrong inside the service. An operator finds the details in its log; then retry.',
  },
  TimedOut: {
    blame: 'user',
    retryable: false,
    advice: 'The build took longer than the time limit of this project. Make it quicker or raise the limit.',
  },
} as const satisfies Record<string, FailureEntry>;

export type FailureCode = keyof typeof failureCatalogue;

export function isFailureCode(value: string): value is FailureCode {
  return Object.hasOwn(failureCatalogue, value);
}

export function failureEntry(code: FailureCode): FailureEntry {
  return failureCatalogue[code];
}
