-- A tour of libzerossl with LuaJIT's ffi. JSON is read by the library.
--
--     export ZEROSSL_ACCESS_KEY=...
--     luajit tour.lua example.com /var/www/html/.well-known/pki-validation certificates
local ffi = require("ffi")
local domain, folder, directory, preflight = unpack(arg)

local header = os.getenv("ZEROSSL_HEADER") or "/usr/local/include/zerossl.ffi.h"
ffi.cdef(assert(io.open(header)):read("*a"))
local c = ffi.load(os.getenv("ZEROSSL_LIBRARY") or "libzerossl.so.0")
assert(c.zerossl_abi_version() >= c.ZEROSSL_ABI_VERSION, "libzerossl is older than its header")

-- The value that a pointer leads to in a text of JSON, or nil.
local function get(json, pointer)
  local value = c.zerossl_json_get(json, pointer)
  return value ~= nil and ffi.string(ffi.gc(value, c.zerossl_string_free)) or nil
end

local function quote(text)
  return ffi.string(ffi.gc(c.zerossl_json_quote(text), c.zerossl_string_free))
end

-- Calls a function whose last parameter is the error; raises a table with its fields (docs/errors.md).
local function check(name, ...)
  local out = ffi.new("zerossl_error *[1]")
  local arguments = { ... }
  arguments[#arguments + 1] = out
  local value = c["zerossl_" .. name](unpack(arguments))
  if out[0] == nil then return value end
  local json = ffi.string(c.zerossl_error_json(ffi.gc(out[0], c.zerossl_error_free)))
  error({ kind = get(json, "/kind"), api_code = get(json, "/api_code"), message = get(json, "/message") })
end

-- Runs an operation on a thread of the library, and pulls its events.
local function run(client, operation, request, on_event)
  local op = ffi.gc(check("op_start", client, operation, request), c.zerossl_op_free)
  local event = ffi.new("char *[1]")
  while true do
    local found = check("op_next", op, 1000, event)
    if found == c.ZEROSSL_DONE then break end
    if found == c.ZEROSSL_EVENT and on_event then
      local json = ffi.string(ffi.gc(event[0], c.zerossl_string_free))
      on_event(op, get(json, "/type"), json)
    end
  end
  return ffi.string(ffi.gc(check("op_result", op), c.zerossl_string_free))
end

local client = ffi.gc(check("client_new", "{}"), c.zerossl_client_free)
local list = run(client, "list_certificates", '{"limit": 10}', function(_, _, json)
  local index = 0
  while get(json, "/results/" .. index .. "/id") do
    local at = "/results/" .. index
    print(get(json, at .. "/id") .. " " .. get(json, at .. "/status") .. " " .. get(json, at .. "/common_name"))
    index = index + 1
  end
end)
print(get(list, "/result_count") .. " certificates")
local _, failure = pcall(run, client, "get_certificate", '{"id": "unknown"}')
print(failure.kind .. " " .. failure.api_code .. " " .. failure.message)

local request = string.format(
  '{"domains": [%s], "directory": %s, "validation": {"method": "HTTP_CSR_HASH"}, "preflight": %s}',
  quote(domain), quote(directory), quote(preflight or "warn"))
_, failure = pcall(run, client, "obtain", request, function(op, type)
  if type == "publish" then c.zerossl_op_cancel(op) end
end)
print(failure.message) -- the order is kept, and the same call goes on with it
local obtained = run(client, "obtain", request, function(op, type, json)
  if type == "progress" then print(get(json, "/message")) end
  if type ~= "publish" and type ~= "cleanup" then return end
  local path = folder .. "/" .. get(json, "/file")
  if type == "publish" then
    local file = assert(io.open(path, "w"))
    assert(file:write(get(json, "/content")))
    assert(file:close())
  else
    assert(os.remove(path))
  end
  check("op_reply", op, '{"id": ' .. get(json, "/id") .. ', "ok": true}')
end)
print(get(obtained, "/outcome") .. " " .. get(obtained, "/files/fullchain"))
