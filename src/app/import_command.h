// `jangteo import products FILE`: other people's catalogues into a stopped data directory (--data) or a running server
// (--url). A report by line on standard output. Exit code 0 when every record was taken, 1 when one failed, 2 when
// nothing could be tried (the directory is in use, the file cannot be read, the options make no sense).
#pragma once

namespace CLI {
class App;
}

namespace jangteo {

void add_import_command(CLI::App& app, int& exit_code);

}  // namespace jangteo
