#include "bench/transfer/transfer.h"

namespace hwnas {

TransferAnswer RunTransfer(const TransferFile& file, const Table& table,
                           const std::function<bool()>& stop) {
  TransferAnswer answer;
  answer.file = file;
  answer.table_title = table.Title();
  answer.table_digest = table.Digest();
  answer.synthetic = table.Synthetic();
  if (file.of_platforms) {
    answer.platforms = RunPlatformStudy(table, file.platforms, stop);
  } else {
    answer.signals = RunSignalStudy(table, file.signals);
  }
  return answer;
}

}  // namespace hwnas
