/**
 * The part of BuildKit's protocol that this client speaks, as protobuf text. Field numbers follow `moby/buildkit`
 * (api/services/control, api/types, session/*, sourcepolicy, frontend/gateway, solver/pb), `tonistiigi/fsutil` (types), `containerd` (content) and
 * `googleapis` (rpc/status). Fields that are never read are left out: protobuf skips what it does not know, and the
 * bulky ones (whole Dockerfiles inside warnings, whole graphs inside errors) would cost time on the status stream. A
 * definition that is only passed on (`BridgeRef.def`, `FrontendInputs`, `Definition`) is declared as its bytes, which is the same on the wire.
 */
export const schema = `
syntax = "proto3";
package cooperage.buildkit;

message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Any { string type_url = 1; bytes value = 2; }
message RpcStatus { int32 code = 1; string message = 2; repeated Any details = 3; }
message Descriptor { string media_type = 1; string digest = 2; int64 size = 3; map<string, string> annotations = 5; }
message Empty {}

message ProgressGroup { string id = 1; string name = 2; bool weak = 3; }
message Vertex {
  string digest = 1; repeated string inputs = 2; string name = 3; bool cached = 4;
  Timestamp started = 5; Timestamp completed = 6; string error = 7; ProgressGroup progressGroup = 8;
}
message VertexStatus {
  string ID = 1; string vertex = 2; string name = 3; int64 current = 4; int64 total = 5;
  Timestamp timestamp = 6; Timestamp started = 7; Timestamp completed = 8;
}
message VertexLog { string vertex = 1; Timestamp timestamp = 2; int64 stream = 3; bytes msg = 4; }
message Position { int32 line = 1; int32 character = 2; }
message Range { Position start = 1; Position end = 2; }
message SourceInfo { string filename = 1; }
message VertexWarning {
  string vertex = 1; int64 level = 2; bytes short = 3; repeated bytes detail = 4; string url = 5;
  SourceInfo info = 6; repeated Range ranges = 7;
}
message StatusRequest { string Ref = 1; }
message StatusResponse {
  repeated Vertex vertexes = 1; repeated VertexStatus statuses = 2; repeated VertexLog logs = 3;
  repeated VertexWarning warnings = 4;
}

message Entry { string Type = 1; map<string, string> Attrs = 2; }
message CacheOptions { repeated Entry Exports = 4; }
message PolicySelector { string identifier = 1; int32 match_type = 2; }
message PolicyRule { int32 action = 1; PolicySelector selector = 2; }
message SourcePolicy { int64 version = 1; repeated PolicyRule rules = 2; }
message SolveRequest {
  string Ref = 1; string Session = 5; string Frontend = 6; map<string, string> FrontendAttrs = 7;
  CacheOptions Cache = 8; bool Internal = 11; SourcePolicy SourcePolicy = 12; repeated Entry Exporters = 13;
}
message SolveResponse { map<string, string> ExporterResponse = 1; }

message OpInput { string digest = 1; }
message Op { repeated OpInput inputs = 1; }
message OpMetadata { map<string, string> description = 2; ProgressGroup progress_group = 6; }
message Location { int32 sourceIndex = 1; repeated Range ranges = 2; }
message Locations { repeated Location locations = 1; }
message Source { map<string, Locations> locations = 1; repeated SourceInfo infos = 2; }
message Definition { repeated bytes def = 1; map<string, OpMetadata> metadata = 2; Source Source = 3; }
message BridgeRef { string id = 1; bytes def = 2; }
message BridgeResult { BridgeRef ref = 3; map<string, bytes> metadata = 10; }
message BridgeSolveRequest {
  bytes Definition = 1; string Frontend = 2; map<string, string> FrontendOpt = 3; bool allowResultReturn = 5;
  bool allowResultArrayRef = 6; repeated Entry CacheImports = 12; map<string, bytes> FrontendInputs = 13;
}
message BridgeSolveResponse { BridgeResult result = 3; }
message ApiCapability { string ID = 1; bool Enabled = 2; }
message BridgePong { repeated ApiCapability LLBCaps = 2; }
message BridgeReturnRequest { BridgeResult result = 1; RpcStatus error = 2; }

message HistoryRequest { bool ActiveOnly = 1; string Ref = 2; bool EarlyExit = 3; }
message BuildResult { repeated Descriptor Attestations = 2; map<int64, Descriptor> Results = 3; }
message HistoryRecord {
  string Ref = 1; RpcStatus error = 5; Timestamp CreatedAt = 6; Timestamp CompletedAt = 7;
  map<string, string> ExporterResponse = 9; BuildResult Result = 10; map<string, BuildResult> Results = 11;
  Descriptor externalError = 18;
}
message HistoryEvent { int32 type = 1; HistoryRecord record = 2; }
message ReadContentRequest { string digest = 1; int64 offset = 2; int64 size = 3; }
message ReadContentResponse { int64 offset = 1; bytes data = 2; }

message ContentInfo { string digest = 1; int64 size = 2; }
message ContentInfoRequest { string digest = 1; }
message ContentInfoResponse { ContentInfo info = 1; }
message WriteContentRequest {
  int32 action = 1; string ref = 2; int64 total = 3; string expected = 4; int64 offset = 5; bytes data = 6;
}
message WriteContentResponse { int32 action = 1; int64 offset = 4; int64 total = 5; string digest = 6; }

message BuildkitVersion { string package = 1; string version = 2; string revision = 3; }
message InfoResponse { BuildkitVersion buildkitVersion = 1; }
message Platform { string Architecture = 1; string OS = 2; string Variant = 3; }
message WorkerRecord {
  string ID = 1; map<string, string> Labels = 2; repeated Platform platforms = 3; BuildkitVersion BuildkitVersion = 5;
}
message ListWorkersResponse { repeated WorkerRecord record = 1; }
message UsageRecord {
  string ID = 1; bool Mutable = 2; bool InUse = 3; int64 Size = 4; Timestamp CreatedAt = 6; Timestamp LastUsedAt = 7;
  int64 UsageCount = 8; string Description = 9; string RecordType = 10; bool Shared = 11; repeated string Parents = 12;
}
message DiskUsageResponse { repeated UsageRecord record = 1; }
message PruneRequest {
  repeated string filter = 1; bool all = 2; int64 keepDuration = 3; int64 reservedSpace = 4; int64 maxUsedSpace = 5;
  int64 minFreeSpace = 6;
}

message BytesMessage { bytes data = 1; }
message HealthCheckResponse { int32 status = 1; }
message GetSecretRequest { string ID = 1; }
message GetSecretResponse { bytes data = 1; }
message HostRequest { string Host = 1; }
message CredentialsResponse { string Username = 1; string Secret = 2; }
message FetchTokenRequest { string ClientID = 1; string Host = 2; string Realm = 3; string Service = 4; repeated string Scopes = 5; }
message FetchTokenResponse { string Token = 1; int64 ExpiresIn = 2; int64 IssuedAt = 3; }
message TokenAuthorityResponse { bytes PublicKey = 1; }
message VerifyTokenAuthorityRequest { string Host = 1; bytes Payload = 2; bytes Salt = 3; }
message VerifyTokenAuthorityResponse { bytes Signed = 1; }
message Stat {
  string path = 1; uint32 mode = 2; uint32 uid = 3; uint32 gid = 4; int64 size = 5; int64 modTime = 6;
  string linkname = 7;
}
message Packet { int32 type = 1; Stat stat = 2; uint32 ID = 3; bytes data = 4; }
`;
