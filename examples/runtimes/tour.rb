# A tour of libzerossl with the gem ffi.
#
#     export ZEROSSL_ACCESS_KEY=...
#     ruby tour.rb example.com /var/www/html/.well-known/pki-validation certificates
require "ffi"
require "json"

module ZeroSSL
  extend FFI::Library
  ffi_lib ENV.fetch("ZEROSSL_LIBRARY", "libzerossl.so.0")

  ABI_VERSION = 0 # of the zerossl.h that this was written for
  DONE, EVENT = 0, 1

  # Other threads of Ruby run while a function waits.
  def self.c(name, parameters, result) = attach_function(name, :"zerossl_#{name}", parameters, result, blocking: true)

  c :abi_version, [], :int32
  abort "libzerossl is older than this program" if abi_version < ABI_VERSION
  c :string_free, [:pointer], :void
  c :error_json, [:pointer], :string
  c :error_free, [:pointer], :void
  c :client_new, [:string, :pointer], :pointer
  c :client_free, [:pointer], :void
  c :op_start, [:pointer, :string, :string, :pointer], :pointer
  c :op_next, [:pointer, :int32, :pointer, :pointer], :int32
  c :op_reply, [:pointer, :string, :pointer], :int32
  c :op_cancel, [:pointer], :void
  c :op_result, [:pointer, :pointer], :pointer
  c :op_free, [:pointer], :void

  class Error < StandardError
    attr_reader :fields # as in docs/errors.md

    def initialize(error)
      @fields = JSON.parse(ZeroSSL.error_json(error).force_encoding("UTF-8"))
      ZeroSSL.error_free(error)
      super(@fields["message"])
    end
  end

  # Calls a function whose last parameter is the error.
  def self.check(name, *arguments)
    error = FFI::MemoryPointer.new(:pointer)
    value = public_send(name, *arguments, error)
    error.read_pointer.null? ? value : raise(Error, error.read_pointer)
  end

  def self.take(string)
    JSON.parse(string.read_string.force_encoding("UTF-8"))
  ensure
    string_free(string)
  end

  # The garbage collector frees clients and ops.
  def self.client(settings = {}) = FFI::AutoPointer.new(check(:client_new, settings.to_json), method(:client_free))

  # Runs an operation on a thread of the library, and yields its events.
  def self.run(client, operation, request)
    op = FFI::AutoPointer.new(check(:op_start, client, operation, request.to_json), method(:op_free))
    event = FFI::MemoryPointer.new(:pointer)
    until (found = check(:op_next, op, 1000, event)) == DONE
      yield op, take(event.read_pointer) if found == EVENT
    end
    take(check(:op_result, op))
  end
end

domain, folder, directory, preflight = ARGV
client = ZeroSSL.client
list = ZeroSSL.run(client, "list_certificates", limit: 10) do |_, event|
  event.fetch("results", []).each { |found| puts found.values_at("id", "status", "common_name").join(" ") }
end
puts "#{list["result_count"]} certificates"
begin
  ZeroSSL.run(client, "get_certificate", id: "unknown") {}
rescue ZeroSSL::Error => e
  puts "#{e.fields["kind"]} #{e.fields["api_code"]} #{e.message}"
end

request = { domains: [domain], directory: directory, validation: { method: "HTTP_CSR_HASH" } }
request[:preflight] = preflight || "warn"
begin
  ZeroSSL.run(client, "obtain", request) { |op, event| ZeroSSL.op_cancel(op) if event["type"] == "publish" }
rescue ZeroSSL::Error => e
  puts e.message # the order is kept, and the same call goes on with it
end
obtained = ZeroSSL.run(client, "obtain", request) do |op, event|
  case event["type"]
  when "progress" then puts event["message"]
  when "publish", "cleanup"
    file = File.join(folder, event["file"])
    event["type"] == "publish" ? File.write(file, event["content"]) : File.delete(file)
    ZeroSSL.check(:op_reply, op, { id: event["id"], ok: true }.to_json)
  end
end
puts "#{obtained["outcome"]} #{obtained["files"]["fullchain"]}"
