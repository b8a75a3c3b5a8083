local segment = app.integrations.segment
assert(segment.default.track({ event = "x", userId = "u" }).success)
assert(segment.production.track_event({ event = "x", userId = "u" }).success)
local send = segment.staging.track
assert(send({ event = "x", userId = "u" }).success)
