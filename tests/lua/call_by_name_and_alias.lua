-- Every name of a function works, with a table or with values in declared order.
local segment = app.integrations.segment
local r = segment.track_event({ event = "Order Completed", userId = "user-42", properties = { revenue = 99.99 } })
assert(r.success == true)
assert(segment.track({ event = "x", user_id = "u" }).success)
assert(segment.segment_track({ event = "x", ["user-id"] = "u" }).success)
assert(segment.identify({ userId = "u", traits = {} }).success)
assert(#segment.list_sources("my-workspace").sources >= 1)
assert(segment.get_source("my-workspace", "abc123").id == "abc123")
assert(segment.listSources({ slug = "my-workspace" }).total >= 1)
