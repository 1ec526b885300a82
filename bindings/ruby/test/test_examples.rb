# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require "open3"
require "tmpdir"
require_relative "../grid/grid_values"

# Every example tells its story alone, and each of its roles works on a named queue.
class TestExamples < IPCQTest
  STORIES = %w[three_takers producer_consumer nonblocking bounded sentinels joinable].freeze

  STORIES.each do |story|
    define_method("test_#{story}") { run_program("examples/#{story}.rb") }
  end

  def test_roles_of_plain_queues
    { "three_takers" => [%w[put 10], %w[take 10]], "producer_consumer" => [%w[put], %w[get]],
      "nonblocking" => [%w[put], %w[get]], "bounded" => [%w[put], %w[get]] }.each do |story, roles|
      name = new_name
      roles.each { |role, *rest| run_program("examples/#{story}.rb", role, name, *rest) }
      assert_empty IPCQ::Queue.new(name, open_only: true)
    end
  end

  def test_roles_of_sentinels
    name = new_name
    run_program("examples/sentinels.rb", "produce", name, "alex")
    run_program("examples/sentinels.rb", "end", name, "2")
    assert_equal 10, run_program("examples/sentinels.rb", "consume", name, "小明").scan("小明 ate alex's bun").size
    run_program("examples/sentinels.rb", "consume", name, "小红")
    run_program("examples/sentinels.rb", "shutdown", name)
    assert_empty run_program("examples/sentinels.rb", "consume", name, "小红")
  end

  def test_roles_of_joinable
    queue = new_joinable_queue
    consumer = start_child do
      exec RbConfig.ruby, path("examples/joinable.rb"), "consume", queue.name, "C", out: IO::NULL
    end
    run_program("examples/joinable.rb", "produce", queue.name, "P")
    assert_equal 2, queue.stat[:dones]
    queue.shutdown
    assert_child_succeeds consumer
  end

  def test_grid
    name = new_name
    run_program("grid/grid_put.rb", name)
    run_program("grid/grid_get.rb", name)
  end

  def test_the_grid_notices_a_wrong_value
    queue = new_queue
    GRID_VALUES.size.times { queue << 1 }
    _out, err, status = Open3.capture3(RbConfig.ruby, path("grid/grid_get.rb"), queue.name)
    assert_equal [1, GRID_VALUES.size], [status.exitstatus, err.lines.size]
  end

  def test_file_counts
    work = new_joinable_queue
    results = new_queue
    Dir.mktmpdir do |directory|
      write_files(directory)
      run_program("examples/file_counts_producer.rb", work.name, directory)
      assert_equal 2, work.size
      work.shutdown
      run_program("examples/file_counts_worker.rb", work.name, results.name)
      assert_equal expected_counts(directory), (Array.new(2) { results.pop(true) }.to_h { |one| count_of(one) })
    end
    assert_same work, work.join(timeout: 0)
  end

  def test_a_worker_that_is_killed_holding_a_file
    work = new_joinable_queue << { "file" => "/dev/null" }
    results = new_name # here, not in the child: the teardown removes what this process knows
    IO.pipe do |reader, writer|
      worker = start_child do
        exec RbConfig.ruby, path("examples/file_counts_worker.rb"), work.name, results, "hold", out: writer
      end
      assert_equal "holding /dev/null\n", reader.gets
      kill(worker)
    end
    assert_equal 1, work.pop_item.deliveries
  end

  private

  def path(program)
    File.expand_path("../#{program}", __dir__)
  end

  def run_program(program, *arguments)
    out, err, status = Open3.capture3(RbConfig.ruby, path(program), *arguments)
    assert_predicate status, :success?, "#{program} #{arguments.join(' ')}:\n#{err}"
    out.force_encoding(Encoding::UTF_8) # without LANG, Ruby takes it for US-ASCII
  end

  def write_files(directory)
    File.binwrite(File.join(directory, "words"), "one  two\tthree\n\xff \xffx\x00y z\nlast".b)
    File.binwrite(File.join(directory, "nothing"), "")
    Dir.mkdir(File.join(directory, "folder"))
    File.symlink("words", File.join(directory, "link"))
  end

  def expected_counts(directory)
    %w[words nothing].to_h do |file|
      path = File.join(directory, file)
      [path, `LC_ALL=C wc -lwc < #{path}`.split.map(&:to_i)]
    end
  end

  def count_of(result)
    assert_equal ["Ruby", 0], result.values_at("language", "deliveries")
    [result["file"], result.values_at("lines", "words", "bytes")]
  end
end
