#include "bench/transfer/transfer.h"

namespace hwnas {

TransferAnswer RunTransfer(const TransferFile& file, const Table& table,
                           const std::function<bool()>& stop) {
  TransferAnswer answer;
  answer.file = file;
  answer.table_title = table.Title();
  answer.table_digest = table.Digest();
  answer.synthetic = table.Synthetic();
  switch (file.kind) {
    case TransferKind::kPlatforms:
      answer.study = RunPlatformStudy(table, file.platforms, stop);
      break;
    case TransferKind::kSignals:
      answer.study = RunSignalStudy(table, file.signals);
      break;
    case TransferKind::kDataSets:
      answer.study = RunDataSetStudy(table, file.data_sets, stop);
      break;
  }
  return answer;
}

}  // namespace hwnas
